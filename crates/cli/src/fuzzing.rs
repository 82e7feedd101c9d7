//! What the fuzz targets try: the parsers of text that may come from anywhere.

use tfevents::Number;

use crate::commands::{import, tail};
use crate::input::columns::Condition;
use tfevents_analysis::cell::Cell;

/// Reads a file as `import` does, without writing anything. Its first byte says how.
pub fn import(data: &[u8]) {
    let Some((&how, data)) = data.split_first() else {
        return;
    };
    import::trial::read(how, data);
}

/// Parses conditions as `--until` and `--where` do, and asks whether they hold.
///
/// # Panics
///
/// If a condition and its opposite hold.
pub fn expression(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let numbers = [0.0, -1.5, 1e300, f64::NAN, f64::INFINITY];
    for numbers in [&numbers[..1], &numbers] {
        let holds = |text: &str| tail::try_out(text, numbers) == Some(true);
        let both = holds(&text) && holds(&format!("not ({text})"));
        assert!(!both, "a condition and its opposite hold");
    }
    for regex in [false, true] {
        let Ok(condition) = Condition::parse(&text, regex) else {
            continue;
        };
        assert!(!condition.holds(&Cell::Empty));
        condition.holds(&Cell::Text(text.to_string()));
        for number in numbers {
            condition.holds(&Cell::Number(Number::F64(number)));
        }
    }
}
