//! What differs from one operating system to the next: a file for each, with the same functions.
//!
//! Built with `--cfg tfevents_portable`, any system takes what is for systems of which nothing is known, so that
//! this can be tested where there are machines.

#[cfg_attr(all(unix, not(tfevents_portable)), path = "os/unix.rs")]
#[cfg_attr(all(windows, not(tfevents_portable)), path = "os/windows.rs")]
#[cfg_attr(
    any(tfevents_portable, not(any(unix, windows))),
    path = "os/portable.rs"
)]
mod system;

#[cfg(any(tfevents_portable, not(unix)))]
mod not_unix;

pub(crate) use system::{
    OUT_OF_DESCRIPTORS, check_linked, folded, has_one_name, host, identity, linked_identity,
    name_from, part_of_path, read_at, sync_dir,
};

/// A name that no system takes for anything else than the name of a file: as near to `name` as can be.
#[cfg(any(test, tfevents_portable, not(unix)))]
pub(crate) fn strict_part_of_path(name: &str) -> String {
    let allowed = |c: char| !c.is_control() && !r#"<>:"/\|?*"#.contains(c);
    let mut part: String = name
        .chars()
        .map(|c| if allowed(c) { c } else { '_' })
        .collect();
    // Windows forgets these at the end.
    if let Some(c) = part.pop() {
        part.push(if matches!(c, '.' | ' ') { '_' } else { c });
    }
    if is_device(&part) {
        part.insert(0, '_');
    }
    part
}

/// Whether Windows takes this for a device, whatever follows the first dot.
#[cfg(any(test, tfevents_portable, not(unix)))]
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim_end_matches(' ').to_uppercase();
    let numbered = |n: char| n.is_ascii_digit() || matches!(n, '¹' | '²' | '³');
    match stem.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$" => true,
        port => ["COM", "LPT"].iter().any(|kind| {
            let mut rest = port.strip_prefix(kind).unwrap_or_default().chars();
            rest.next().is_some_and(numbered) && rest.next().is_none()
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_on_every_system() {
        for (name, part) in [
            ("loss_train", "loss_train"),
            ("a/b\\c:d*e?f\"g<h>i|j\0k\n", "a_b_c_d_e_f_g_h_i_j_k_"),
            ("ends in a dot.", "ends in a dot_"),
            (" and a space ", " and a space_"),
            ("con", "_con"),
            ("Nul.txt", "_Nul.txt"),
            ("COM1 .x", "_COM1 .x"),
            ("lpt³", "_lpt³"),
            ("com10", "com10"),
            ("console", "console"),
            ("aux_", "aux_"),
            ("", ""),
            ("ünï", "ünï"),
        ] {
            assert_eq!(strict_part_of_path(name), part);
            assert_eq!(strict_part_of_path(part), part);
        }
    }

    #[test]
    fn files_are_read_at_any_place_by_many_threads() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        let bytes: Vec<u8> = (0..100_000u32).flat_map(u32::to_le_bytes).collect();
        std::fs::write(&path, &bytes).unwrap();
        let file = std::fs::File::open(&path).unwrap();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let (file, bytes) = (&file, &bytes);
                scope.spawn(move || {
                    for i in 0..2000 {
                        let at = (thread * 77_777 + i * 131) % bytes.len();
                        let mut buf = [0; 100];
                        let len = read_at(file, &mut buf, at as u64).unwrap();
                        assert!(len > 0 && buf[..len] == bytes[at..at + len]);
                    }
                });
            }
        });
    }

    #[test]
    fn a_file_is_known_again_and_another_one_told_from_it() {
        let dir = tempfile::tempdir().unwrap();
        let [a, b] = ["a", "b"].map(|name| dir.path().join(name));
        std::fs::write(&a, "x").unwrap();
        std::fs::write(&b, "x").unwrap();
        let of = |path: &std::path::Path| identity(path, &path.metadata().unwrap()).unwrap();
        let (first, second) = (of(&a), of(&b));
        assert_eq!(of(&a), first);
        if first.is_some() {
            assert_ne!(first, second);
            std::fs::rename(&b, &a).unwrap();
            assert_eq!(of(&a), second);
        }
    }
}
