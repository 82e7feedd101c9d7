//! The fuzz targets of the program on inputs that mattered once, and on others that are made here, so that both run
//! without a fuzzer.

use std::fs;
use std::path::Path;

use tfevents_cli::fuzzing::{expression, import};

#[test]
fn regressions_stay_mended() {
    let regressions = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/regressions");
    let mut replayed = 0;
    for (name, target) in [("import", import as fn(&[u8])), ("expression", expression)] {
        for entry in fs::read_dir(regressions.join(name)).unwrap() {
            target(&fs::read(entry.unwrap().path()).unwrap());
            replayed += 1;
        }
    }
    assert!(replayed > 0);
}

/// What conditions consist of.
const WORDS: &[&str] = &[
    "(", ")", "not ", "!", " and ", "&&", " or ", "||", "<", "<=", "=", "==", "!=", ">", "isnan(",
    "isinf(", "step(", "a", "*", "[", "{", "'", "\"", "@", "last:", "1e3", "nan", " ", "\\", "ä",
    "\u{0}",
];

#[test]
fn conditions_of_any_words_are_taken_or_refused() {
    for a in WORDS {
        for b in WORDS {
            for c in WORDS {
                expression(format!("{a}1{b}x{c}").as_bytes());
            }
        }
    }
    for word in WORDS {
        for around in ["", "a > 1", "@lr = x"] {
            for times in [100, 100_000] {
                expression((word.repeat(times) + around).as_bytes());
            }
        }
    }
}

/// What tables and lines consist of, after the byte that tells the format.
const PIECES: &[&str] = &[
    "step",
    "tag",
    "value",
    "wall_time",
    "run",
    "epoch",
    "name",
    "kind",
    "scalars",
    "\"",
    ",",
    "\t",
    "\n",
    "\r",
    "{",
    "}",
    "[",
    "]",
    ":",
    "1",
    "-1",
    "1e400",
    "1e-400",
    "9223372036854775808",
    "NaN",
    "-Infinity",
    "null",
    "true",
    "step 1 loss=",
    " @",
    "\u{feff}",
    "\\u0000",
    "ä",
];

#[test]
fn files_of_any_pieces_are_taken_or_refused() {
    for how in 0..16u8 {
        for (i, a) in PIECES.iter().enumerate() {
            // Each pair comes with four of the formats: all sixteen would take a minute, and find nothing more.
            for b in PIECES.iter().skip((i + usize::from(how)) % 4).step_by(4) {
                let bytes = |text: String| [&[how], text.as_bytes()].concat();
                import(&bytes(format!("{a}{b}{a}\n{b}{a}{b}")));
                import(&bytes(format!("step,{a},{b}\n{a},{b},1\n")));
                import(&bytes(format!(
                    "{{\"step\":{a},\"{b}\":{b},\"x\":[{a}]}}\n"
                )));
                import(&bytes(format!("step {a} loss={b}\nx {a}: {b} @{a}\n")));
            }
            if how < 4 {
                import(&[&[how], a.repeat(100_000).as_bytes()].concat());
            }
        }
        import(&[&[how], &[0xff; 100][..], b"\n\xc3\n\x00"].concat());
    }
}
