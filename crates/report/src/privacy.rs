//! Removes what an author of a page hardly means to share: credentials, host names, and where files were.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::{Captures, Regex};
use tfevents::plugin::hparams::HParamValue;

/// What a masked value is replaced by.
const MASK: &str = "••••••";

/// Names of hyperparameters whose values nobody should see.
const SECRET_NAME: &str = r"(?ix) (?:^|[^a-z]) (?:
    pass(?:word|wd|phrase) | secret | credentials? | (?:api|access|private|secret|account)[_-]?key
    | (?:auth|access|api|hub|hf|wandb|bearer|github|session)[_-]?token ) $ | (?:^|[./:\ ]) token $";

/// Values that are credentials by their form: of clouds, of code hosts, web tokens, keys, and in addresses.
const SECRET_VALUE: &str = r"(?x)
    \b(?:AKIA|ASIA)[0-9A-Z]{16}\b | \bgh[pousr]_[A-Za-z0-9]{20,} | \bgithub_pat_\w{20,} | \bglpat-[\w-]{20,}
    | \bhf_[A-Za-z0-9]{20,} | \bsk-[A-Za-z0-9_-]{20,} | \bxox[abprs]-[A-Za-z0-9-]{10,} | \bAIza[\w-]{35}
    | \beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]* | -----BEGIN[ A-Z]*PRIVATE\ KEY-----(?s:.*?)(?:-----END[ A-Z]*-----|$)
    | (?P<before>\b[a-z][a-z0-9+.-]*://)[^\s/:@]+:[^\s/@]+(?P<after>@)";

/// Absolute paths of directories, with the last name apart.
const PATH: &str = r#"(?x) (?P<before>^|[\s"'`=(\[,:>])
    (?: (?:file://)?(?:/[^\s/"'`,;)\]<>]+)+ / | ~[^\s/"'`,;]*/(?:[^\s/"'`,;)\]<>]+/)*
      | [A-Za-z]:[\\/](?:[^\s\\/"'`,;)\]<>]+[\\/])* )
    (?P<last>[^\s/\\"'`,;)\]<>]*)"#;

/// What is removed from the names, values and texts of a page, and how often that happened.
#[derive(Debug)]
pub(crate) struct Privacy {
    /// What the author wants masked.
    redact: Option<Regex>,
    with_origin: bool,
    hosts: Option<Regex>,
    masked: Cell<u64>,
    removed: Cell<u64>,
}

/// What is always looked for.
struct Rules {
    secret_name: Regex,
    secret_value: Regex,
    path: Regex,
}

/// Compiled once, since that takes long. Without them, which are known to be valid, nothing would be shown.
static RULES: LazyLock<Option<Rules>> = LazyLock::new(|| {
    Some(Rules {
        secret_name: Regex::new(SECRET_NAME).ok()?,
        secret_value: Regex::new(SECRET_VALUE).ok()?,
        path: Regex::new(PATH).ok()?,
    })
});

impl Privacy {
    /// Rules that also remove these host names, unless the origin of files may be seen.
    pub(crate) fn new(hosts: &BTreeSet<String>, with_origin: bool, redact: Option<Regex>) -> Self {
        let hosts: Vec<_> = hosts.iter().map(|host| regex::escape(host)).collect();
        let is_wanted = !hosts.is_empty() && !with_origin;
        Self {
            redact,
            with_origin,
            hosts: is_wanted
                .then(|| Regex::new(&hosts.join("|")).ok())
                .flatten(),
            masked: Cell::new(0),
            removed: Cell::new(0),
        }
    }

    /// How many values were masked, and from how many something was removed.
    pub(crate) fn counts(&self) -> (u64, u64) {
        (self.masked.get(), self.removed.get())
    }

    /// Counts on from there.
    pub(crate) fn set_counts(&self, (masked, removed): (u64, u64)) {
        self.masked.set(masked);
        self.removed.set(removed);
    }

    /// A text without all of that.
    pub(crate) fn text(&self, text: &str) -> String {
        let Some(rules) = &*RULES else {
            return MASK.to_owned();
        };
        let mut shown = text.to_owned();
        for secret in self.redact.iter().chain([&rules.secret_value]) {
            if secret.is_match(&shown) {
                self.masked.set(self.masked.get() + 1);
                let masked = |found: &Captures<'_>| {
                    let part = |name| found.name(name).map_or("", |part| part.as_str());
                    format!("{}{MASK}{}", part("before"), part("after"))
                };
                shown = secret.replace_all(&shown, masked).into_owned();
            }
        }
        if self.with_origin {
            return shown;
        }
        let without = rules.path.replace_all(&shown, "${before}…/${last}");
        let without = match &self.hosts {
            Some(hosts) => whole_words(hosts, &without, "host"),
            None => without.into_owned(),
        };
        if without != shown {
            self.removed.set(self.removed.get() + 1);
        }
        without
    }

    /// The value of a hyperparameter as text, without all of that.
    pub(crate) fn value(&self, name: &str, value: &HParamValue) -> String {
        let shown = value.to_string();
        let is_secret = RULES
            .as_ref()
            .is_none_or(|rules| rules.secret_name.is_match(name));
        match value {
            HParamValue::Null | HParamValue::Bool(_) | HParamValue::Number(_) => shown,
            _ if is_secret && !matches!(&*shown, "" | "None" | "null") => {
                self.masked.set(self.masked.get() + 1);
                MASK.to_owned()
            }
            _ => self.text(&shown),
        }
    }
}

/// Replaces what is found where no letter or digit continues it.
fn whole_words(pattern: &Regex, text: &str, with: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut end = 0;
    for found in pattern.find_iter(text) {
        let before = text[..found.start()].chars().next_back();
        let after = text[found.end()..].chars().next();
        if !before.into_iter().chain(after).any(char::is_alphanumeric) {
            replaced.extend([&text[end..found.start()], with]);
            end = found.end();
        }
    }
    replaced.push_str(&text[end..]);
    replaced
}

/// The host in the name of an event file: `events.out.tfevents.TIME.HOST`, and what writers put behind it.
pub(crate) fn host(file: &str) -> Option<&str> {
    let (_, rest) = file.split_once("tfevents.")?;
    let (time, rest) = rest.split_once('.')?;
    let is_time = !time.is_empty() && time.bytes().all(|b| b.is_ascii_digit());
    let is_number = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let mut host = rest;
    while let Some((before, last)) = host.rsplit_once('.')
        && (is_number(last) || matches!(last, "v2" | "profile-empty"))
    {
        host = before;
    }
    // Shorter ones are words of their own too often.
    (is_time && host.len() > 2 && host != "localhost").then_some(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn privacy() -> Privacy {
        let redact = Some(Regex::new("Project \\w+").unwrap());
        Privacy::new(&BTreeSet::from(["gpu-box".to_owned()]), false, redact)
    }

    #[test]
    fn credentials_are_masked_and_counted() {
        let privacy = privacy();
        let text = |text: &str| HParamValue::Text(text.to_owned());
        for (name, value, shown) in [
            ("db.password", "hunter2", MASK),
            ("hub_token", "x", MASK),
            ("AWS_SECRET", "x", MASK),
            ("pad_token", "[PAD]", "[PAD]"),
            ("max_tokens", "100", "100"),
            ("hub_token", "None", "None"),
            ("key", "AKIAIOSFODNN7EXAMPLE", MASK),
            ("x", "use hf_abcdefghijklmnopqrstuvwx", "use ••••••"),
            ("db", "postgres://me:pw@db/x", "postgres://••••••@db/x"),
            ("tokenizer", "bert", "bert"),
            ("about", "for Project Zeus", "for ••••••"),
        ] {
            assert_eq!(privacy.value(name, &text(value)), shown, "{name}={value}");
        }
        assert_eq!(privacy.masked.get(), 7);
    }

    #[test]
    fn where_files_were_is_removed() {
        let privacy = privacy();
        for (text, shown) in [
            ("/home/alice/data/train.csv", "…/train.csv"),
            ("see \"/mnt/a/b\" and 1/2", "see \"…/b\" and 1/2"),
            (r"C:\Users\alice\x.bin", "…/x.bin"),
            ("~/runs/x", "…/x"),
            ("https://example.org/a/b", "https://example.org/a/b"),
            ("train/loss", "train/loss"),
            ("Nov30_16-00-00_gpu-box", "Nov30_16-00-00_host"),
            ("gpu-boxes", "gpu-boxes"),
        ] {
            assert_eq!(privacy.text(text), shown);
        }
        let open = Privacy::new(&BTreeSet::new(), true, None);
        assert_eq!(open.text("/home/alice/x"), "/home/alice/x");
    }

    #[test]
    fn hosts_are_found_in_names_of_files() {
        let name = "events.out.tfevents.1700000000";
        assert_eq!(host(&format!("{name}.gpu-box.123.0")), Some("gpu-box"));
        assert_eq!(
            host(&format!("{name}.a.example.org")),
            Some("a.example.org")
        );
        assert_eq!(host(&format!("{name}.gpu-box.123.0.v2")), Some("gpu-box"));
        assert_eq!(host("other.tfevents"), None);
    }
}
