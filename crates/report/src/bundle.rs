//! The script of the page: the modules in `web/`, joined into one when a page is written, so that nothing has to be built.

/// What draws lines, as its authors publish it.
const UPLOT: &str = include_str!("../web/vendor/uplot/uPlot.iife.min.js");

macro_rules! modules {
    ($($name:literal)*) => { &[$(($name, include_str!(concat!("../web/", $name)))),*] };
}

/// The modules, each below those that it imports.
pub(crate) const MODULES: &[(&str, &str)] = modules! {
    "dom.js" "format.js" "decode.js" "data.js" "palette.js" "view.js" "smooth.js" "extent.js"
    "dialog.js" "figure.js" "list.js" "runs.js" "tooltip.js" "chart.js" "card.js" "scalars.js"
    "canvas.js" "fields.js" "table.js" "summary.js" "parallel.js" "scatter.js" "hparams.js"
    "media.js" "images.js" "histograms.js" "texts.js" "prcurves.js" "save.js" "app.js"
};

/// How the page looks.
pub(crate) const STYLES: &[&str] = &[
    include_str!("../web/vendor/uplot/uPlot.min.css"),
    include_str!("../web/style.css"),
];

/// All of the script. Modules share one scope, so their imports are left out and their exports are plain declarations.
pub(crate) fn script() -> String {
    let mut script = format!("{UPLOT}\n(() => {{\n\"use strict\";\n");
    for (name, source) in MODULES {
        script.extend(["\n// ", name, "\n"]);
        for line in source.lines().filter(|line| !line.starts_with("import ")) {
            script.extend([line.strip_prefix("export ").unwrap_or(line), "\n"]);
        }
    }
    script.push_str("})();\n");
    script
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The names that a module declares outside of all functions.
    fn declared(source: &str) -> impl Iterator<Item = &str> {
        source.lines().filter_map(|line| {
            let line = line.strip_prefix("export ").unwrap_or(line);
            let line = line.strip_prefix("async ").unwrap_or(line);
            let words = ["function ", "function* ", "const ", "let ", "class "];
            let rest = words.iter().find_map(|word| line.strip_prefix(word))?;
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$');
            rest.get(..end?)
        })
    }

    #[test]
    fn modules_import_what_earlier_ones_export_and_share_no_names() {
        let mut exports: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
        for (module, source) in MODULES {
            for line in source.lines().filter(|line| line.starts_with("import ")) {
                let (names, from) = line["import ".len()..].split_once(" from ").unwrap();
                let from = from.trim_matches(['"', ';', '.', '/']);
                let known = exports
                    .get(from)
                    .unwrap_or_else(|| panic!("{module}: {line}"));
                for name in names.trim_matches(['{', '}', ' ']).split(',') {
                    assert!(known.contains(&name.trim()), "{module}: {name} of {from}");
                }
            }
            for name in declared(source) {
                assert!(!name.is_empty(), "{module} declares several names at once");
                let owner = owners.insert(name, module);
                assert_eq!(owner, None, "{name} is also declared in {module}");
            }
            let exported = source.lines().filter(|line| line.starts_with("export "));
            exports.insert(module, exported.flat_map(declared).collect());
        }
        assert!(!script().contains("\nimport ") && !script().contains("\nexport "));
    }

    /// What would end the element that holds the script, or begin a comment in it.
    #[test]
    fn the_script_can_stand_in_a_page() {
        let script = script().to_lowercase();
        assert!(!script.contains("</script") && !script.contains("<!--"));
        assert!(!STYLES.concat().to_lowercase().contains("</style"));
    }
}
