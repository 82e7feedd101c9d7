//! How lines are told apart: by colour and by dashes.

use crate::canvas::Colour;

/// Colours that people who are colour-blind can tell apart, too: those of Okabe and Ito, without the yellow, which can
/// hardly be seen on white.
const COLOURS: [Colour; 7] = [
    Colour(0x00, 0x72, 0xb2),
    Colour(0xd5, 0x5e, 0x00),
    Colour(0x00, 0x9e, 0x73),
    Colour(0xcc, 0x79, 0xa7),
    Colour(0xe6, 0x9f, 0x00),
    Colour(0x56, 0xb4, 0xe9),
    Colour(0x00, 0x00, 0x00),
];

/// Lengths of dashes and of gaps in turns.
const DASHES: [&[f64]; 4] = [&[], &[7.0, 2.5], &[2.0, 2.0], &[8.0, 2.5, 2.0, 2.5]];

/// The colour and the dashes of a line, as numbers that begin again at 0 when all are used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// Which colour.
    pub colour: usize,
    /// Which dashes; 0 is a line without gaps.
    pub dash: usize,
}

impl Look {
    /// The look of the line with this number. Neighbours differ in both, so that a few lines can also be told apart in
    /// shades of grey; the first 28 are all different.
    #[must_use]
    pub fn nth(number: usize) -> Self {
        Self {
            colour: number % COLOURS.len(),
            dash: number % DASHES.len(),
        }
    }

    /// Gives lines that would look the same different looks, as long as there are any: the first one keeps its own, and
    /// the next takes other dashes in the same colour if it can.
    pub fn tell_apart<'l>(looks: impl IntoIterator<Item = &'l mut Self>) {
        let mut taken: Vec<Self> = Vec::new();
        for look in looks {
            let wanted = Self {
                colour: look.colour % COLOURS.len(),
                dash: look.dash % DASHES.len(),
            };
            let colours = (0..COLOURS.len()).map(|i| (wanted.colour + i) % COLOURS.len());
            let others = colours.flat_map(|colour| {
                (0..DASHES.len()).map(move |i| Self {
                    colour,
                    dash: (wanted.dash + i) % DASHES.len(),
                })
            });
            *look = others
                .into_iter()
                .find(|other| !taken.contains(other))
                .unwrap_or(wanted);
            taken.push(*look);
        }
    }

    pub(crate) fn colour(self) -> Colour {
        COLOURS[self.colour % COLOURS.len()]
    }

    pub(crate) fn dashes(self) -> &'static [f64] {
        DASHES[self.dash % DASHES.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_are_different_as_long_as_there_are_any() {
        let distinct = |looks: &[Look]| {
            let different = |(i, look): (usize, &Look)| !looks[..i].contains(look);
            looks.iter().enumerate().filter(|&l| different(l)).count()
        };
        let mut looks: Vec<_> = (0..28).map(Look::nth).collect();
        assert_eq!(distinct(&looks), 28);
        let before = looks.clone();
        Look::tell_apart(&mut looks);
        assert_eq!(looks, before, "what is different stays as it is");

        let mut same = [Look::nth(3), Look::nth(31), Look::nth(4), Look::nth(59)];
        Look::tell_apart(&mut same);
        assert_eq!(distinct(&same), 4);
        assert_eq!(same[0], Look::nth(3));
        assert_eq!([same[1].colour, same[3].colour], [3, 3]);

        let mut many = [Look::default(); 40];
        Look::tell_apart(&mut many);
        assert_eq!(distinct(&many), 28);
    }
}
