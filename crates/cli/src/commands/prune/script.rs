//! The scripts that move files back.

use std::path::{Path, PathBuf};

/// What runs them, for people to read.
pub(super) const COMMAND: &str = if cfg!(windows) {
    "powershell -ExecutionPolicy Bypass -File RESTORE.ps1"
} else {
    "sh RESTORE.sh"
};

/// The way back of a file.
pub(super) struct Move {
    /// Where it is from the script's directory.
    pub(super) here: PathBuf,
    /// Where it is to go.
    pub(super) there: PathBuf,
    /// Where it will be by then under another name.
    pub(super) first: Option<PathBuf>,
}

/// The scripts of this system: their names, and what is in them.
pub(super) fn all(moves: &[Move]) -> Vec<(&'static str, Vec<u8>)> {
    let mut scripts = vec![("RESTORE.sh", shell(moves))];
    if cfg!(windows) {
        scripts.push(("RESTORE.ps1", power_shell(moves)));
    }
    scripts
}

fn shell(moves: &[Move]) -> Vec<u8> {
    let mut script = br#"#!/bin/sh
# Moves the event files that `tfevents prune` put here back to where they were: sh RESTORE.sh
# No existing file is replaced. Delete this folder once you do not want the files any more.
case $0 in */*) CDPATH= cd -- "${0%/*}/" || exit 1 ;; esac
status=0
back() {
    [ -e "$1" ] || return 0
    if [ -e "$2" ] || [ -L "$2" ]; then
        printf '%s\n' "$2 exists already, $1 stays here" >&2
        status=1
    elif ! mkdir -p -- "${2%/*}/" || ! mv -n -- "$1" "$2" || [ -e "$1" ]; then
        printf '%s\n' "cannot move $1 to $2" >&2
        status=1
    fi
}
# The same for another name of the file $3: it stays one file, on another disk, too.
name() {
    if [ -f "$1" ] && ! [ -e "$2" ] && ! [ -L "$2" ] && cmp -s -- "$1" "$3" && ln -- "$3" "$2" 2>/dev/null; then
        rm -f -- "$1"
    else
        back "$1" "$2"
    fi
}
"#
    .to_vec();
    for Move { here, there, first } in moves {
        script.extend_from_slice(if first.is_some() { b"name " } else { b"back " });
        script.extend(shell_quoted(&Path::new(".").join(here)));
        script.push(b' ');
        script.extend(shell_quoted(there));
        if let Some(first) = first {
            script.push(b' ');
            script.extend(shell_quoted(first));
        }
        script.push(b'\n');
    }
    script.extend_from_slice(b"exit $status\n");
    script
}

/// A path as a shell takes it.
fn shell_quoted(path: &Path) -> Vec<u8> {
    let mut quoted = vec![b'\''];
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'\'' => quoted.extend_from_slice(b"'\\''"),
            // Shells there take this one, too, and the script looks for it.
            b'\\' if cfg!(windows) => quoted.push(b'/'),
            byte => quoted.push(byte),
        }
    }
    quoted.push(b'\'');
    quoted
}

fn power_shell(moves: &[Move]) -> Vec<u8> {
    // Windows PowerShell takes a script for UTF-8 only if this mark is at its start.
    let mut script = "\u{feff}".to_owned();
    script.push_str(
        r#"# Moves the event files that `tfevents prune` put here back to where they were:
#   powershell -ExecutionPolicy Bypass -File RESTORE.ps1
# No existing file is replaced. Delete this folder once you do not want the files any more.
$status = 0
function Back([string]$here, [string]$there) {
    $here = [IO.Path]::Combine($PSScriptRoot, $here)
    if (-not [IO.File]::Exists($here)) { return }
    try {
        [void][IO.Directory]::CreateDirectory([IO.Path]::GetDirectoryName($there))
        [IO.File]::Move($here, $there)
    } catch {
        [Console]::Error.WriteLine("cannot move ${here} to ${there}: $($_.Exception.Message)")
        $script:status = 1
    }
}
"#,
    );
    for Move { here, there, .. } in moves {
        let [here, there] = [here, there].map(|path| power_shell_quoted(&path.to_string_lossy()));
        script.push_str(&format!("Back {here} {there}\n"));
    }
    script.push_str("exit $status\n");
    script.replace('\n', "\r\n").into_bytes()
}

/// Text as PowerShell takes it, for which every one of these is a quotation mark.
fn power_shell_quoted(text: &str) -> String {
    let mut quoted = "'".to_owned();
    for c in text.chars() {
        if matches!(c, '\'' | '\u{2018}'..='\u{201b}') {
            quoted.push(c);
        }
        quoted.push(c);
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_safe_in_a_shell() {
        let script = shell(&[Move {
            here: "it's/$(x)".into(),
            there: "/runs/it's `y`\n-n".into(),
            first: None,
        }]);
        let script = String::from_utf8(script).unwrap();
        let line = "back './it'\\''s/$(x)' '/runs/it'\\''s `y`\n-n'\nexit $status\n";
        assert!(script.ends_with(line), "{script}");
    }

    #[test]
    fn paths_are_safe_in_power_shell() {
        let moves = [Move {
            here: "it's\\$x".into(),
            there: "C:\\it\u{2019}s \"größe\" [1] $(y)".into(),
            first: None,
        }];
        let script = String::from_utf8(power_shell(&moves)).unwrap();
        assert!(script.starts_with("\u{feff}# Moves"));
        let line =
            "\r\nBack 'it''s\\$x' 'C:\\it\u{2019}\u{2019}s \"größe\" [1] $(y)'\r\nexit $status\r\n";
        assert!(script.ends_with(line), "{script}");
        assert!(!script.replace("\r\n", "").contains('\n'));
    }
}
