//! Statistics as rows: one for each group, tag and step.

use tfevents::Number;

use crate::input::reduced::Reduced;
use tfevents_analysis::cell::Cell;
use tfevents_table::Grid;

pub(super) fn grid(reduced: &[Reduced]) -> Grid<String> {
    let mut head: Vec<_> = ["group", "tag", "step", "runs"].map(str::to_owned).into();
    let mut series = reduced.iter().flat_map(|group| group.result.iter());
    if let Some((_, first)) = series.next() {
        head.extend(first.columns().map(|(statistic, _)| statistic.to_string()));
    }
    let mut rows = Vec::new();
    for group in reduced {
        for (tag, series) in group.result.iter() {
            let steps = series.steps.iter().zip(series.counts);
            for (i, (&step, &runs)) in steps.enumerate() {
                let mut row = vec![
                    Cell::Text(group.name.clone()),
                    Cell::Text(tag.to_owned()),
                    Cell::Number(Number::I64(step)),
                    Cell::Number(Number::U64(runs as u64)),
                ];
                row.extend(series.columns().map(|(_, values)| {
                    let value = values.get(i).copied();
                    value.map_or(Cell::Empty, |value| Cell::Number(Number::F64(value)))
                }));
                rows.push(row);
            }
        }
    }
    Grid {
        head,
        rows,
        digits: Vec::new(),
    }
}
