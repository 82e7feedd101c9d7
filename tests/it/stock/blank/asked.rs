//! What a dashboard does with the data of a row, in a few words.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::list;

/// `all <status>` where a dashboard fails as a whole, `missing` where it does not list the row's tag, else what
/// becomes of the tag: a status, `blank`, `shown`, or what part of it is not.
pub(super) fn asked(answer: &Value, tab: &str, run: &str) -> String {
    if let Some(status) = error(&answer[tab]) {
        return format!("all {status}");
    }
    match tab {
        "runs" => runs(answer, run),
        "hparams" => hparams(&answer["hparams"], run),
        "custom_scalars" => charts(answer, run),
        "projector" => projector(answer, run),
        "graphs" => graphs(&answer["graphs"][run]),
        _ => {
            let Some(tags) = answer[tab][run].as_object().filter(|tags| !tags.is_empty()) else {
                return "missing".to_owned();
            };
            let says = tags.values().map(|series| series_of(tab, series));
            join(says)
        }
    }
}

/// What several parts do, each once.
fn join(says: impl Iterator<Item = String>) -> String {
    let mut says: Vec<_> = says.collect();
    says.sort();
    says.dedup();
    match says.len() {
        0 => "blank".to_owned(),
        1 => says.remove(0),
        _ => {
            says.retain(|said| said != "shown");
            says.join(", ")
        }
    }
}

fn error(json: &Value) -> Option<u64> {
    json["error"].as_u64()
}

fn series_of(tab: &str, series: &Value) -> String {
    if let Some(status) = error(series) {
        return status.to_string();
    }
    let points = match tab {
        "histograms" | "distributions" | "text" => list(series),
        _ => list(&series["points"]),
    };
    let is_empty = match tab {
        // The page draws a flat line.
        "histograms" => points.iter().all(|point| {
            let counts = || list(&point[2]).iter().map(|row| &row[2]);
            error(point).is_none() && counts().all(|count| *count == 0.0)
        }),
        // And nothing, where all is infinite. NaN are triangles.
        "scalars" => points.iter().all(|point| {
            point[2]
                .as_str()
                .is_some_and(|text| text.ends_with("Infinity"))
        }),
        _ => false,
    };
    if is_empty {
        return "blank".to_owned();
    }
    let point = |point: &Value| match error(point) {
        Some(status) => status.to_string(),
        None => {
            let says = match tab {
                "scalars" => (point[2].is_string() && point[2] != "NaN").then_some("blank"),
                "histograms" => (!are_buckets(&point[2])).then_some("blank"),
                "distributions" => (!is_finite(&point[2])).then_some("blank"),
                "text" => text_part(point["string"].as_str().unwrap()),
                "images" => (!is_picture(point)).then_some("blank"),
                "audio" => unheard(point),
                "pr_curves" => list(&point["precision"]).is_empty().then_some("blank"),
                "mesh" => return mesh_part(point),
                _ => None,
            };
            says.unwrap_or("shown").to_owned()
        }
    };
    if tab == "mesh" {
        let parts: Vec<_> = points
            .iter()
            .map(|p| p["content_type"].as_str().unwrap())
            .collect();
        let has_none = points
            .iter()
            .any(|p| p["content_type"] == "VERTEX" && p["data_shape"][1] == 0);
        if has_none || !parts.contains(&"VERTEX") && !parts.contains(&"UNDEFINED") {
            return "no vertices".to_owned();
        }
        if let Some(says) = drawn(points) {
            return says.to_owned();
        }
    }
    join(points.iter().map(point))
}

fn is_finite(json: &Value) -> bool {
    match json {
        Value::Array(items) => items.iter().all(is_finite),
        other => other.is_number(),
    }
}

fn are_buckets(json: &Value) -> bool {
    let rows = json.as_array();
    rows.is_some_and(|rows| {
        rows.iter()
            .all(|row| row.as_array().is_some_and(|row| row.len() >= 3) && is_finite(row))
    })
}

/// Tables without cells are shown as nothing.
fn text_part(html: &str) -> Option<&'static str> {
    if html.contains("<strong>Warning:") {
        return Some("in part");
    }
    (html.contains("<table>") && !html.contains("<td>")).then_some("blank")
}

/// Browsers show what TensorBoard knows, if it can be decoded.
fn is_picture(point: &Value) -> bool {
    point["content_type"] != "application/octet-stream" && !point["height"].is_null()
}

/// What Chromium does with a sound, which was asked about files of all these sorts.
fn unheard(point: &Value) -> Option<&'static str> {
    let file = BASE64_STANDARD
        .decode(point["base64"].as_str().unwrap())
        .unwrap();
    let number = |at: usize| u16::from_le_bytes([file[at], file[at + 1]]);
    if !file.starts_with(b"RIFF") || file.len() < 44 {
        return Some("not a sound");
    }
    // The rows have headers of 44 bytes.
    let is_odd = !(1..=8).contains(&number(22)) || number(24) < 3000 || number(34) > 32;
    if ![1, 6].contains(&number(20)) || is_odd || file.len() < 46 {
        return Some("silent");
    }
    let stated = u32::from_le_bytes(file[40..44].try_into().unwrap());
    let is_cut = stated < 1 << 31 && file.len() - 44 < stated as usize;
    is_cut.then_some("in part")
}

fn mesh_part(point: &Value) -> String {
    let config = point["config"].as_str().unwrap();
    let is_json = config.is_empty() || serde_json::from_str::<Value>(config).is_ok();
    let samples = list(&point["data"]);
    if !is_json || samples.is_empty() {
        return "blank".to_owned();
    }
    let sample = |data: &Value| match error(data) {
        Some(status) => status.to_string(),
        None if is_finite(data) => "shown".to_owned(),
        None => "blank".to_owned(),
    };
    join(samples.iter().map(sample))
}

/// What the page makes of parts that are served: numbers of each that do not go together.
fn drawn(points: &[Value]) -> Option<&'static str> {
    let part = |name: &str| {
        let part = points.iter().find(|point| point["content_type"] == name)?;
        let numbers = part["data"][0].as_array()?;
        let numbers: Vec<_> = numbers.iter().filter_map(Value::as_f64).collect();
        Some((part["step"].as_i64()?, numbers))
    };
    let (step, vertices) = part("VERTEX")?;
    #[expect(clippy::cast_precision_loss, reason = "a few vertices")]
    let count = (vertices.len() / 3) as f64;
    if let Some((other, faces)) = part("FACE") {
        if other != step {
            return Some("a step without vertices");
        }
        if faces.iter().any(|&index| index < 0.0 || index >= count) {
            return Some("faces of nothing");
        }
    }
    let (_, colors) = part("COLOR").filter(|(_, colors)| !colors.is_empty())?;
    (colors.len() != vertices.len()).then_some("no colors")
}

fn graphs(run: &Value) -> String {
    if run.is_null() {
        return "missing".to_owned();
    }
    let graphs = ["conceptual_graphs", "op_graphs"].map(|kind| run[kind].as_object().unwrap());
    let graphs = graphs.into_iter().flat_map(serde_json::Map::values);
    let graphs = graphs.chain(
        [&run["run_graph"]]
            .into_iter()
            .filter(|graph| !graph.is_null()),
    );
    let graph = |graph: &Value| match (error(graph), graph.as_str()) {
        (Some(status), _) => status.to_string(),
        // The page counts only nodes of the graph itself.
        (None, Some(text)) if text.starts_with("node {") => {
            format!("{} nodes", text.matches("node {").count())
        }
        _ => "blank".to_owned(),
    };
    let costs = run["run_metadata"].as_object().unwrap().values();
    let costs = costs.filter_map(|costs| match (error(costs), costs.as_str()) {
        (Some(status), _) => Some(format!("costs {status}")),
        (None, Some(text)) if !text.contains("dev_stats") => Some("costs blank".to_owned()),
        _ => None,
    });
    join(graphs.map(graph).chain(costs))
}

fn runs(answer: &Value, run: &str) -> String {
    if answer["load_failed"] == true {
        return "stops reading".to_owned();
    }
    let below = format!("{run}/");
    let is_own = |listed: &str| listed == run || listed.starts_with(&below);
    let mut listed = list(&answer["runs"]).iter().filter_map(Value::as_str);
    let is_listed = listed.any(is_own);
    if is_listed { "shown" } else { "missing" }.to_owned()
}

fn hparams(hparams: &Value, run: &str) -> String {
    let mut says = Vec::new();
    for part in ["experiment", "session_groups"] {
        if let Some(status) = error(&hparams[part]) {
            says.push(format!("{part} {status}"));
        }
    }
    if !says.is_empty() {
        return says.join(", ");
    }
    let below = format!("{run}/");
    let groups = hparams["session_groups"]["sessionGroups"].as_array();
    let groups: Vec<_> = groups
        .into_iter()
        .flatten()
        .filter(|group| {
            let name = group["name"].as_str().unwrap();
            name == run || name.starts_with(&below)
        })
        .collect();
    if groups.is_empty() {
        return "no rows".to_owned();
    }
    let columns = hparams["experiment"]["hparamInfos"].as_array();
    let columns: Vec<_> = columns
        .into_iter()
        .flatten()
        .map(|info| &info["name"])
        .collect();
    for group in groups {
        let cells = group["hparams"].as_object();
        let cells: Vec<_> = cells.into_iter().flatten().collect();
        if cells
            .iter()
            .any(|(name, _)| !columns.iter().any(|column| column.as_str() == Some(name)))
        {
            says.push("no column".to_owned());
        }
        let metrics = group["metricValues"].as_array();
        if metrics.is_none_or(Vec::is_empty) {
            says.push("no metrics".to_owned());
        }
        let values = cells.iter().filter(|(_, value)| !value.is_null()).count();
        says.push(format!("{values} values"));
    }
    says.sort();
    says.dedup();
    says.join(", ")
}

fn charts(answer: &Value, run: &str) -> String {
    let layout = &answer["custom_scalars"];
    let Some(categories) = layout["category"].as_array() else {
        return "missing".to_owned();
    };
    let charts = categories
        .iter()
        .flat_map(|category| list(&category["chart"]));
    let empty = categories
        .iter()
        .filter(|category| list(&category["chart"]).is_empty())
        .map(|_| "blank".to_owned());
    let scalars = answer["scalars"][run].as_object();
    let steps = |tag: &Value| {
        let series = scalars?.get(tag.as_str()?)?;
        Some(
            list(&series["points"])
                .iter()
                .map(|point| point[1].clone())
                .collect::<Vec<_>>(),
        )
    };
    let chart = |chart: &Value| {
        if let Some(expressions) = chart["multiline"]["tag"].as_array() {
            let matched =
                |expression: &Value| match &answer["charts"][expression.as_str().unwrap()][run] {
                    Value::Null => "invalid",
                    tags if list(tags).is_empty() => "blank",
                    _ => "shown",
                };
            return join(expressions.iter().map(|e| matched(e).to_owned()));
        }
        let series = chart["margin"]["series"].as_array().into_iter().flatten();
        join(series.map(|series| {
            let lines = ["value", "lower", "upper"].map(|line| steps(&series[line]));
            match lines {
                [Some(a), Some(b), Some(c)] if a == b && a == c => "shown",
                [Some(_), Some(_), Some(_)] => "different steps",
                _ => "blank",
            }
            .to_owned()
        }))
    };
    join(charts.map(chart).chain(empty))
}

fn projector(answer: &Value, run: &str) -> String {
    let mut says = Vec::new();
    if answer["plugins_listing"]["projector"] != true {
        says.push("no tab".to_owned());
    }
    let embeddings = answer["projector"][run]["embeddings"].as_object();
    for embedding in embeddings.into_iter().flat_map(serde_json::Map::values) {
        for part in ["tensor", "metadata", "sprite", "bookmarks"] {
            says.extend(error(&embedding[part]).map(|status| format!("{part} {status}")));
        }
        let shape = embedding["info"]["tensorShape"].as_array();
        let shape: Vec<_> = shape
            .into_iter()
            .flatten()
            .filter_map(Value::as_u64)
            .collect();
        let sprite = &embedding["sprite"];
        let labels = embedding["metadata"]
            .as_str()
            .map(|text| text.lines().count() as u64);
        let size = embedding["tensor"]["size"].as_u64();
        let bookmarks = &embedding["bookmarks"];
        if sprite["size"].is_u64() && sprite["content_type"] != "image/png" {
            says.push("sprite blank".to_owned());
        }
        if size.is_some_and(|size| size > 0 && size != 4 * shape.iter().product::<u64>()) {
            says.push("wrong shape".to_owned());
        }
        if size == Some(0) {
            says.push("no points".to_owned());
        }
        if bookmarks.is_string() {
            says.push("no bookmarks".to_owned());
        }
        if shape.get(1) == Some(&1) {
            says.push("one dimension".to_owned());
        }
        if let Some(labels) = labels.filter(|n| shape.first().is_some_and(|points| points != n)) {
            says.push(format!("{labels} labels"));
        }
    }
    if says.is_empty() {
        "shown".to_owned()
    } else {
        says.join(", ")
    }
}
