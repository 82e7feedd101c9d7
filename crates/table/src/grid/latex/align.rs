//! Numbers whose points are below one another: what is missing of a number is there, but invisible.

use tfevents::Number;
use tfevents_analysis::cell::Cell;
use tfevents_analysis::cell::spread::Spread;
use tfevents_analysis::number::PlusMinus;

use super::escaped_latex;

/// How the numbers of a column are aligned.
#[derive(Debug, Default)]
pub(super) struct Align {
    digits: Option<usize>,
    /// The number of runs that need not be said.
    usual: Option<usize>,
    /// Whether any number has an exponent, and none is aligned.
    ragged: bool,
    /// Whether any number has a sign, and all are mathematics.
    signed: bool,
    /// The most digits behind the point.
    decimals: usize,
    /// The most digits before and behind the point of a deviation.
    std: Option<(usize, usize)>,
    /// The longest remark.
    note: String,
}

/// A number in pieces.
struct Pieces {
    number: PlusMinus,
    /// Of how many runs it is, where that is not usual.
    note: String,
}

/// The number of runs that most means are of.
pub(super) fn usual<'s>(spreads: impl Iterator<Item = &'s Spread>) -> Option<usize> {
    let mut counts = std::collections::BTreeMap::<_, usize>::new();
    for spread in spreads {
        *counts.entry(spread.n).or_default() += 1;
    }
    counts
        .into_iter()
        .max_by_key(|&(n, count)| (count, n))
        .map(|(n, _)| n)
}

impl Align {
    /// What the cells of a column need.
    pub(super) fn of<'c>(
        cells: impl Iterator<Item = &'c Cell>,
        digits: Option<usize>,
        usual: Option<usize>,
    ) -> Self {
        let mut all = Self {
            digits,
            usual,
            ..Self::default()
        };
        for pieces in cells.filter_map(|cell| Pieces::of(cell, digits, usual)) {
            let number = &pieces.number;
            all.ragged |= number.exponent.is_some() || number.mean.contains('e');
            all.signed |= number.mean.starts_with('-');
            all.decimals = all.decimals.max(decimals(&number.mean));
            if let Some(std) = &number.std {
                all.ragged |= std.contains('e');
                let (whole, fraction) = all.std.unwrap_or_default();
                all.std = Some((whole.max(whole_digits(std)), fraction.max(decimals(std))));
            }
            if pieces.note.len() > all.note.len() {
                all.note = pieces.note;
            }
        }
        all
    }

    pub(super) fn has_notes(&self) -> bool {
        !self.note.is_empty()
    }

    /// A cell of the column: numbers with a sign or an exponent as mathematics, all else as text.
    pub(super) fn put(&self, cell: &Cell) -> String {
        let Some(Pieces { number, note }) = Pieces::of(cell, self.digits, self.usual) else {
            return not_a_number(cell);
        };
        let std = number.std.as_deref();
        if self.ragged {
            let both = match std {
                Some(std) => format!("{} \\pm {}", power(&number.mean), power(std)),
                None => power(&number.mean),
            };
            return match number.exponent {
                Some(exponent) => format!("$({both}) \\times 10^{{{exponent}}}{note}$"),
                None if both.contains(['\\', '-']) || !note.is_empty() => format!("${both}{note}$"),
                None => both,
            };
        }
        let mut shown = padded(&number.mean, self.decimals);
        match (std, self.std) {
            (Some(std), Some((whole, fraction))) => {
                let before = phantom(&"0".repeat(whole.saturating_sub(whole_digits(std))));
                shown += &format!(" \\pm {before}{}", padded(std, fraction));
            }
            (None, Some((whole, fraction))) => {
                let zeros = "0".repeat(whole);
                shown += &phantom(&format!("{{}} \\pm {}", padded_zeros(&zeros, fraction)));
            }
            _ => {}
        }
        match note.is_empty() {
            true => shown += &phantom(&self.note),
            false => shown += &note,
        }
        match self.signed || self.std.is_some() || self.has_notes() {
            true => format!("${shown}$"),
            false => shown,
        }
    }
}

impl Pieces {
    /// Those of a number that is finite.
    fn of(cell: &Cell, digits: Option<usize>, usual: Option<usize>) -> Option<Self> {
        let (number, note) = match cell {
            Cell::Number(Number::Bool(_)) => return None,
            Cell::Number(number) => {
                let mean = cell.short(digits);
                let number = number.as_f64().is_finite().then_some(mean)?;
                let (std, exponent) = (None, None);
                (
                    PlusMinus {
                        mean: number,
                        std,
                        exponent,
                    },
                    String::new(),
                )
            }
            Cell::Spread(spread) if spread.n > 0 => {
                let note = match usual {
                    Some(n) if n == spread.n => String::new(),
                    _ => format!("\\ (n = {})", spread.n),
                };
                (PlusMinus::new(spread.mean, spread.std, digits), note)
            }
            _ => return None,
        };
        Some(Self { number, note })
    }
}

fn not_a_number(cell: &Cell) -> String {
    match cell {
        Cell::Number(number) if number.as_f64().is_infinite() => {
            let sign = if number.as_f64() < 0.0 { "-" } else { "" };
            format!("${sign}\\infty$")
        }
        Cell::Spread(_) => "NaN".to_owned(),
        cell => escaped_latex(&cell.short(None)),
    }
}

/// A number with its exponent.
fn power(number: &str) -> String {
    match number.split_once('e') {
        Some((mantissa, exponent)) => format!("{mantissa} \\times 10^{{{exponent}}}"),
        None => number.to_owned(),
    }
}

fn decimals(number: &str) -> usize {
    number
        .split_once('.')
        .map_or(0, |(_, fraction)| fraction.len())
}

fn whole_digits(number: &str) -> usize {
    number.find('.').unwrap_or(number.len())
}

/// A number with so many digits behind its point, of which those that it lacks are invisible.
fn padded(number: &str, wanted: usize) -> String {
    let lacks = "0".repeat(wanted.saturating_sub(decimals(number)));
    let point = if number.contains('.') || lacks.is_empty() {
        ""
    } else {
        "."
    };
    format!("{number}{}", phantom(&format!("{point}{lacks}")))
}

fn padded_zeros(whole: &str, decimals: usize) -> String {
    match decimals {
        0 => whole.to_owned(),
        _ => format!("{whole}.{}", "0".repeat(decimals)),
    }
}

/// As much room as something takes.
fn phantom(text: &str) -> String {
    match text.is_empty() {
        true => String::new(),
        false => format!("\\phantom{{{text}}}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(cells: &[Cell]) -> Vec<String> {
        let spreads = cells.iter().filter_map(|cell| match cell {
            Cell::Spread(spread) => Some(spread),
            _ => None,
        });
        let align = Align::of(cells.iter(), None, usual(spreads));
        cells.iter().map(|cell| align.put(cell)).collect()
    }

    #[test]
    fn only_numbers_have_exponents() {
        let cases = [
            (Cell::Number(Number::Bool(true)), "true"),
            (Cell::Number(Number::Bool(false)), "false"),
            (Cell::Number(Number::F64(f64::NAN)), "NaN"),
            (Cell::Number(Number::F32(f32::INFINITY)), "$\\infty$"),
            (Cell::Number(Number::F64(f64::NEG_INFINITY)), "$-\\infty$"),
            (Cell::Number(Number::F64(1e300)), "$1 \\times 10^{300}$"),
            (Cell::Number(Number::F64(-1e-9)), "$-1 \\times 10^{-9}$"),
            (Cell::Number(Number::I64(-5)), "$-5$"),
            (Cell::Number(Number::U64(u64::MAX)), "18446744073709551615"),
            (Cell::Text("e5".into()), "e5"),
            (Cell::Text("1e5".into()), "1e5"),
            (Cell::Text("-1e5".into()), "-1e5"),
            (Cell::Text("true".into()), "true"),
            (Cell::Text("-inf".into()), "-inf"),
            (Cell::Empty, ""),
        ];
        for (given, expected) in cases {
            assert_eq!(
                column(std::slice::from_ref(&given)),
                [expected],
                "{given:?}"
            );
        }
    }

    #[test]
    fn points_are_below_one_another() {
        let numbers = [0.25, 2.0, 0.1, f64::NAN].map(Cell::float);
        let expected = ["0.25", "2\\phantom{.00}", "0.1\\phantom{0}", "NaN"];
        assert_eq!(column(&numbers), expected);
        let numbers = [-0.25, 10.0].map(Cell::float);
        assert_eq!(column(&numbers), ["$-0.25$", "$10\\phantom{.00}$"]);
        // An exponent has no place below a point.
        let numbers = [1e-9, 0.5].map(Cell::float);
        assert_eq!(column(&numbers), ["$1 \\times 10^{-9}$", "0.5"]);
    }

    #[test]
    fn deviations_are_aligned_as_well() {
        let spread = |values: &[f64]| {
            let values = values.iter().map(|&v| ("run", Cell::float(v)));
            Cell::Spread(Spread::of(values).unwrap())
        };
        let cells = [
            spread(&[1.0, 1.5]),
            spread(&[100.0, 130.0]),
            spread(&[0.5]),
            Cell::Empty,
        ];
        assert_eq!(
            column(&cells),
            [
                "$1.25 \\pm \\phantom{0}0.35\\phantom{\\ (n = 1)}$",
                "$115\\phantom{.00} \\pm 21\\phantom{.00}\\phantom{\\ (n = 1)}$",
                "$0.5\\phantom{0}\\phantom{{} \\pm 00.00}\\ (n = 1)$",
                "",
            ]
        );
        let tiny = [spread(&[1e-9, 3e-9]), spread(&[1.0, 2.0])];
        assert_eq!(
            column(&tiny),
            ["$(2.0 \\pm 1.4) \\times 10^{-9}$", "$1.50 \\pm 0.71$"]
        );
        assert_eq!(column(&[spread(&[f64::NAN])]), ["NaN"]);
    }
}
