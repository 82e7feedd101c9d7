//! What the fuzz targets try: the parsers of text that may come from anywhere.

use tfevents::Number;

use crate::commands::import;
use tfevents_analysis::cell::Cell;
use tfevents_analysis::condition::Condition;

/// Reads a file as `import` does, without writing anything. Its first byte says how.
pub fn import(data: &[u8]) {
    let Some((&how, data)) = data.split_first() else {
        return;
    };
    import::trial::read(how, data);
}

/// Parses a condition, prints it and parses that, and asks whether it holds of some runs.
///
/// # Panics
///
/// If what is printed means something else, or if a condition and its opposite hold.
pub fn expression(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for regex in [false, true] {
        let Ok(condition) = Condition::parse(&text, regex) else {
            continue;
        };
        let printed = condition.to_string();
        let again = Condition::parse(&printed, regex);
        let again = again.map(|condition| condition.to_string());
        assert_eq!(again.as_ref(), Ok(&printed), "it does not read back");
        let negated = Condition::parse(&format!("not ({text})"), regex);
        let number = |v| Cell::Number(Number::F64(v));
        let cells = [
            vec![],
            vec![number(0.0)],
            vec![Cell::Text(text.to_string()), Cell::Empty],
            vec![
                number(-1.5),
                number(f64::NAN),
                Cell::Number(Number::Bool(true)),
            ],
            vec![number(1e300), number(f64::INFINITY)],
        ];
        for cells in cells {
            let values = vec![cells; condition.references().len()];
            let both = condition.holds(&values) && negated.as_ref().is_ok_and(|n| n.holds(&values));
            assert!(!both, "a condition and its opposite hold");
        }
    }
}
