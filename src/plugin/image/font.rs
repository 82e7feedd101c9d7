//! A small font for labels: printable ASCII, 5 pixels wide and 7 high.

/// Columns of a character, without the gap to the next one.
pub(super) const WIDTH: usize = 5;
/// Rows of a character.
pub(super) const HEIGHT: usize = 7;

/// Drawn as it looks: sixteen characters beside each other from U+0020 on; the last one stands for those that
/// have no picture.
const CHARACTERS: &str = include_str!("font.txt");
const PER_BAND: usize = 16;

/// Where a character is inked: columns and rows from its upper left corner.
pub(super) fn ink(c: char) -> impl Iterator<Item = (usize, usize)> {
    let index = match c {
        ' '..='~' => c as usize - ' ' as usize,
        _ => PER_BAND * 6 - 1,
    };
    let rows = CHARACTERS
        .lines()
        .skip(index / PER_BAND * (HEIGHT + 1))
        .take(HEIGHT);
    rows.enumerate().flat_map(move |(y, row)| {
        row.bytes()
            .skip(index % PER_BAND * (WIDTH + 1))
            .take(WIDTH)
            .enumerate()
            .filter_map(move |(x, dot)| (dot == b'#').then_some((x, y)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_drawing_is_regular() {
        let lines: Vec<_> = CHARACTERS.lines().collect();
        assert_eq!(lines.len(), 6 * (HEIGHT + 1) - 1);
        for (i, line) in lines.iter().enumerate() {
            if i % (HEIGHT + 1) == HEIGHT {
                assert!(line.is_empty(), "line {i} parts two bands");
                continue;
            }
            let cells: Vec<_> = line.split(' ').collect();
            assert_eq!(cells.len(), PER_BAND, "line {i}");
            for cell in cells {
                assert!(cell.len() == WIDTH && cell.bytes().all(|b| b"#.".contains(&b)));
            }
        }
    }

    #[test]
    fn characters_look_different() {
        let pictures: HashSet<Vec<_>> = (' '..='\x7f').map(|c| ink(c).collect()).collect();
        assert_eq!(pictures.len(), 96);
        assert!(ink(' ').next().is_none());
        let dash: Vec<_> = ink('-').collect();
        assert_eq!(dash, [(0, 3), (1, 3), (2, 3), (3, 3), (4, 3)]);
        assert!(ink('é').eq(ink('\n')), "both have no picture");
    }
}
