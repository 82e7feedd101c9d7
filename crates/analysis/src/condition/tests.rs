use proptest::prelude::*;

use super::*;

/// Evaluates with these tags and hyperparameters, at step 100.
fn holds(text: &str, series: &[(&str, f64)], hparams: &[(&str, Cell)]) -> bool {
    let condition = Condition::parse(text, false).unwrap();
    let values = condition.references().iter().map(|reference| {
        let matches = |name: &str| reference.patterns().matches(name);
        let series = series.iter().filter(|(tag, _)| matches(tag));
        match reference.subject() {
            Subject::HParam => {
                let hparams = hparams.iter().filter(|(name, _)| matches(name));
                hparams.map(|(_, cell)| cell.clone()).collect()
            }
            Subject::Series(_) => series.map(|&(_, v)| Cell::Number(Number::F64(v))).collect(),
            Subject::Best(_) | Subject::StepOf | Subject::Step | Subject::Idle => {
                series.map(|_| Cell::Number(Number::I64(100))).collect()
            }
        }
    });
    condition.holds(&values.collect::<Vec<_>>())
}

#[test]
fn comparisons_do_what_they_say() {
    let tags = [
        ("val/acc-1.5", 0.5),
        ("a b", 2.0),
        ("step", 3.0),
        ("min:x", 4.0),
    ];
    for (text, expected) in [
        ("val/acc-1.5 > 0.4", true),
        ("val/acc-1.5>0.5", false),
        ("val/acc-1.5>=.5", true),
        ("0.5 <= val/acc-1.5", true),
        ("val/acc-1.5 < -1e3", false),
        ("val/acc-1.5 == 0.5", true),
        ("val/acc-1.5!=0.5", false),
        ("'a b' > val/acc-1.5", true),
        ("\"a b\" == 2", true),
        ("last:'a b' == 2", true),
        ("val/acc-1.5 < inf", true),
        ("'step' == 3", true),
        ("step == 100", true),
        ("step(step) == 100", true),
        ("step ( 'a b' ) >= 101", false),
        ("'min:x' == 4", true),
        ("min:x == 4", false),
    ] {
        assert_eq!(holds(text, &tags, &[]), expected, "{text}");
    }
}

#[test]
fn beside_a_hyperparameter_words_are_text() {
    let text = |text: &str| Cell::Text(text.to_owned());
    let hparams = [
        ("opt", text("adam")),
        ("lr", text("1e-3")),
        ("flag", Cell::Number(Number::Bool(true))),
        ("target", Cell::Number(Number::F64(0.5))),
        ("my name", text("adam w")),
    ];
    for (condition, expected) in [
        ("@opt == adam", true),
        ("adam == @opt", true),
        ("@opt == 'adam'", true),
        ("@opt != sgd", true),
        ("@opt < sgd or @opt > sgd", false),
        ("@'my name' == 'adam w'", true),
        ("@lr == 0.001 and @lr < 0.01", true),
        ("@flag == true and @flag != false", true),
        ("@flag > 0.05 or @flag == 1 or @flag <= 1", false),
        ("not @flag > 0.05", true),
        ("last:acc > @target", true),
        ("acc > @target", false),
        ("@o* == adam", true),
        ("@missing == adam or @missing != adam", false),
    ] {
        assert_eq!(
            holds(condition, &[("acc", 0.75)], &hparams),
            expected,
            "{condition}"
        );
    }
}

#[test]
fn and_binds_more_than_or() {
    let tags = [("t", 1.0)];
    for (text, expected) in [
        ("t == 1 or t == 2 and t == 3", true),
        ("(t == 1 or t == 2) and t == 3", false),
        ("t == 1 || t == 2 && t == 3", true),
        ("not t == 1 or t == 1", true),
        ("not (t == 1 or t == 2)", false),
        ("!(t==2)", true),
        ("not not t == 1", true),
    ] {
        assert_eq!(holds(text, &tags, &[]), expected, "{text}");
    }
}

#[test]
fn nan_and_infinity_are_asked_for_by_name() {
    let tags = [("a", f64::NAN), ("b", f64::NEG_INFINITY), ("c", 1.0)];
    let holds = |text: &str| holds(text, &tags, &[("x", Cell::Text("nan".to_owned()))]);
    assert!(holds("isnan(a)") && !holds("isnan(b)"));
    assert!(holds("isinf(b)") && !holds("isinf(a) or isinf(c)"));
    assert!(!holds("a > 0 or a <= 0"));
    assert!(holds("a == nan and c != nan"));
    assert!(holds("isnan(*)") && !holds("isnan(c*)"));
    assert!(holds("isnan(last:a) and isnan(@x)"));
}

#[test]
fn what_is_not_known_is_neither_true_nor_false() {
    let tags = [("a", 1.0)];
    for text in [
        "b > 0",
        "not b > 0",
        "not isnan(b)",
        "a == 1 and b > 0",
        "step(b) < 9",
        "a != b",
        "@x != 0",
    ] {
        assert!(!holds(text, &tags, &[]), "{text}");
    }
    assert!(holds("a == 1 or b > 0", &tags, &[]));
    assert!(holds("not (a == 2 and b > 0)", &tags, &[]));
}

#[test]
fn patterns_stand_for_any_name() {
    let tags = [("a/loss", 1.0), ("b/loss", 5.0), ("x[0]", 7.0)];
    let holds = |text: &str| holds(text, &tags, &[]);
    assert!(holds("*loss > 4") && holds("*loss < 2"));
    assert!(!holds("*loss > 6") && holds("not *loss > 6"));
    assert!(holds("x[0] == 7"), "a tag is found by its own name, too");
    let regex = Condition::parse("'^(a|b)/' > 1", true).unwrap();
    assert!(regex.references()[0].patterns().matches("a/loss"));
}

#[track_caller]
fn error(text: &str, column: usize, problem: &str) {
    let error = Condition::parse(text, false).unwrap_err();
    assert_eq!((error.column(), error.problem()), (column, problem));
}

#[test]
fn mistakes_are_told_with_their_place() {
    let operand = "a number, a tag or a hyperparameter is missing";
    error("", 0, operand);
    error("a", 1, "a comparison is missing: <, <=, >, >=, == or !=");
    error("a > ", 4, operand);
    error(
        "@opt == adam w",
        13,
        "unexpected `w`: join comparisons with `and` or `or`, and put quotation marks around names \
         with spaces",
    );
    for (text, shown) in [
        ("@'x y'", "@x y"),
        ("min:'x y'", "min:x y"),
        ("'x y'", "x y"),
    ] {
        error(
            &format!("a > 1 {text}"),
            6,
            &format!(
                "unexpected `{shown}`: join comparisons with `and` or `or`, and put quotation marks \
                 around names with spaces"
            ),
        );
    }
    error("(a > 1", 6, "a `)` is missing");
    error("isnan(", 6, operand);
    error("step(1 2)", 7, "a `)` is missing");
    error("'a'@min: > 1", 8, "a tag is missing");
    error("a & 1", 2, "unexpected `&`");
    error("'a > 1", 0, "unclosed quotation mark");
    error("@'a > 1", 1, "unclosed quotation mark");
    error("größe > 1 and", 13, operand);
    let pattern = "invalid tag pattern `[`: unclosed character class; missing ']'";
    error("1 < [ ", 4, pattern);
}

#[test]
fn a_mark_is_below_the_place() {
    let shown = |text: &str| Condition::parse(text, false).unwrap_err().to_string();
    let problem = "a number, a tag or a hyperparameter is missing";
    assert_eq!(
        shown("größe >\nand \x1b"),
        format!("{problem}\n  größe > and \u{fffd}\n          ^")
    );
    assert_eq!(shown(""), format!("{problem}\n  \n  ^"));
    let long = shown(&format!(
        "{} & {}",
        "a > 1 or ".repeat(1000),
        "b".repeat(1000)
    ));
    let lines: Vec<_> = long.lines().collect();
    assert_eq!(lines[1].chars().nth(lines[2].len() - 1), Some('&'));
    assert!(lines[1].chars().count() < 80);
}

#[test]
fn no_condition_is_too_deep_or_too_long() {
    for nested in ["(", "not ", "!", "((", "not (", "isnan(", "(a > 1 or "] {
        let error = Condition::parse(&nested.repeat(100_000), false).unwrap_err();
        let call = nested == "isnan(";
        assert!(
            error.problem().contains("deeply") || call,
            "{nested}: {error}"
        );
    }
    let tags = [("a", 1.0)];
    for (unit, rest, expected) in [
        ("a > 1 or ", "a == 1", true),
        ("a == 1 and ", "a > 1", false),
        ("(a > 1) or not b > 2 or ", "a == 1", true),
    ] {
        let text = unit.repeat(10_000) + rest;
        assert_eq!(holds(&text, &tags, &[]), expected, "{unit}");
    }
}

/// What a condition is, but for the patterns, which remember what they were asked.
fn structure(condition: &Condition) -> String {
    let mut structure = format!("{:?}", condition.root);
    for (i, reference) in condition.references.iter().enumerate() {
        let names: Vec<_> = reference.names().map(|(name, _)| name).collect();
        let spoken = format!("{:?} of {names:?}", reference.subject);
        structure = structure.replace(&format!("Reference({i})"), &spoken);
    }
    structure
}

#[track_caller]
fn reads_back(condition: &Condition) {
    let text = condition.to_string();
    let again = Condition::parse(&text, false).unwrap();
    assert_eq!(structure(&again), structure(condition), "{text}");
}

#[test]
fn what_is_printed_reads_as_the_same() {
    for (text, printed) in [
        ("a>1", "a > 1"),
        (
            "(a = 1.0 or (b < -0 or 'c' < -0.0))",
            "a == 1.0 or (b < 0 or c < -0.0)",
        ),
        ("!(a<1&&b<2)||!c<3", "not (a < 1 and b < 2) or not c < 3"),
        ("'and' < 'step'", "'and' < 'step'"),
        ("step(and2) < step('and')", "step(and2) < step('and')"),
        ("last:'and' < 'last:and'", "'and' < 'last:and'"),
        ("'isnan' < 'true'", "'isnan' < 'true'"),
        (
            "isnan(@'x y') or min:\"it's\" == NaN",
            "isnan(@'x y') or min:\"it's\" == NaN",
        ),
        (
            "@opt == true and @opt == 'true'",
            "@opt == true and @opt == 'true'",
        ),
        ("'' < '1'", "'' < '1'"),
        ("a/b@min:c>d@max:'e f'", "a/b@min:c > 'd'@max:'e f'"),
        (
            "'a b'@min:c > 'a@min:b' and 'min:a'@min:c > @x",
            "'a b'@min:'c' > 'a@min:b' and 'min:a'@min:'c' > @x",
        ),
        // An aggregate of a tag that is called so, as in columns.
        ("min:a@max:b > step@max:b", "min:a@max:b > step@max:b"),
        ("last:a > @x and a > last:b", "last:a > @x and a > b"),
    ] {
        let condition = Condition::parse(text, false).unwrap();
        assert_eq!(condition.to_string(), printed);
        reads_back(&condition);
    }
}

/// Text that is a condition, or nearly.
fn nearly() -> impl Strategy<Value = String> {
    const WORDS: &[&str] = &[
        "a",
        "loss",
        "@lr",
        "@'x y'",
        "min:b",
        "last:'c d'",
        "a@min:b",
        "a@max:",
        "@min:",
        "step",
        "step(",
        "isnan(",
        "(",
        ")",
        "and",
        "or",
        "not",
        "&&",
        "||",
        "!",
        "<",
        "<=",
        "==",
        "=",
        "!=",
        ">",
        ">=",
        "1",
        "-2.5",
        "1e300",
        "nan",
        "inf",
        "true",
        "'and'",
        "\"it's\"",
        "@",
        "min:",
        "'",
        "ä",
        "[",
        "*",
        "\n",
    ];
    let word = proptest::sample::select(WORDS);
    proptest::collection::vec((word, any::<bool>()), 0..24).prop_map(|words| {
        let spaced = words
            .iter()
            .map(|(word, space)| format!("{word}{}", if *space { " " } else { "" }));
        spaced.collect()
    })
}

/// A condition.
fn condition() -> impl Strategy<Value = String> {
    const OPERANDS: &[&str] = &[
        "a",
        "'a b'",
        "@lr",
        "@'x y'",
        "min:b",
        "argmax:\"it's\"",
        "a@min:b",
        "'a b'@max:\"it's\"",
        "'a@min:b'",
        "'min:a'@min:b",
        "step",
        "step(a)",
        "step('or')",
        "1",
        "-0.0",
        "9007199254740993",
        "1e20",
        "nan",
        "true",
        "'not'",
        "'1'",
        "last:true",
    ];
    let operand = || proptest::sample::select(OPERANDS);
    let operator = proptest::sample::select(&["<", "<=", "==", "=", "!=", ">", ">="][..]);
    let leaf = prop_oneof![
        (operand(), operator, operand()).prop_map(|(a, operator, b)| format!("{a}{operator}{b}")),
        operand().prop_map(|a| format!("isnan({a})")),
    ];
    leaf.prop_recursive(6, 40, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|all| all.join(" or ")),
            proptest::collection::vec(inner.clone(), 1..4).prop_map(|all| all.join(" && ")),
            inner.clone().prop_map(|inner| format!("({inner})")),
            inner.prop_map(|inner| format!("not {inner}")),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_a_condition_or_told_why_not(text in prop_oneof![".*", nearly()], regex: bool) {
        match Condition::parse(&text, regex) {
            Ok(condition) => {
                let again = Condition::parse(&condition.to_string(), regex).unwrap();
                prop_assert_eq!(structure(&again), structure(&condition));
            }
            Err(error) => {
                prop_assert!(error.column() <= text.chars().count());
                prop_assert!(!error.problem().is_empty());
            }
        }
    }

    #[test]
    fn every_condition_reads_back(text in condition()) {
        reads_back(&Condition::parse(&text, false).unwrap());
    }
}
