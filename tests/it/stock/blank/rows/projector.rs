//! Embeddings, whose configuration names files.

use std::fs;
use std::path::Path;

use crate::stock::blank::Row;
use crate::stock::blank::files::{scalar, write};

const VECTORS: (&str, &[u8]) = ("t.tsv", b"1\t2\n3\t4\n");

/// A row whose run has this configuration and these files.
fn row(
    name: &'static str,
    says: &'static str,
    codes: &'static [&'static str],
    config: impl Into<Vec<u8>>,
    files: Vec<(&'static str, &'static [u8])>,
) -> Row {
    let config = config.into();
    Row {
        name,
        write: Box::new(move |dir: &Path| {
            write(dir, &[scalar("x", 1)]);
            let config: (_, &[u8]) = ("projector_config.pbtxt", &*config);
            for (file, content) in files.iter().chain([&config]) {
                let path = dir.join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, content).unwrap();
            }
        }),
        tab: "projector",
        fast: says,
        slow: says,
        codes,
    }
}

pub(super) fn rows() -> Vec<Row> {
    let outside = &["projector_outside"];
    let missing = &["projector_missing"];
    let vectors = &["projector_vectors"];
    let plain = "embeddings { tensor_name: 'w' tensor_path: 't.tsv' }";
    let shaped =
        "embeddings { tensor_name: 'w' tensor_path: 't.tsv' tensor_shape: 2 tensor_shape: 2 }";
    let labelled = "embeddings { tensor_name: 'w' tensor_path: 't.tsv' metadata_path: 'm.tsv' }";
    let pictured = "embeddings { tensor_name: 'w' tensor_path: 't.tsv' sprite { image_path: 's.png' single_image_dim: 1 single_image_dim: 1 } }";
    let marked = "embeddings { tensor_name: 'w' tensor_path: 't.tsv' bookmarks_path: 'b.json' }";
    let mut rows = vec![
        row(
            "projector: no vectors",
            "no tab, tensor 400",
            missing,
            plain,
            vec![],
        ),
        row(
            "projector: no labels",
            "metadata 400",
            missing,
            labelled,
            vec![VECTORS],
        ),
        row(
            "projector: no thumbnails",
            "sprite 400",
            missing,
            pictured,
            vec![VECTORS],
        ),
        row(
            "projector: no bookmarks",
            "bookmarks 400",
            missing,
            marked,
            vec![VECTORS],
        ),
        row(
            "projector: a directory of vectors",
            "no tab, tensor 500",
            missing,
            "embeddings { tensor_name: 'w' tensor_path: 'd' }",
            vec![("d/x", b"")],
        ),
        row(
            "projector: vectors outside",
            "tensor 400",
            outside,
            "embeddings { tensor_name: 'w' tensor_path: '../t.tsv' }",
            vec![("../t.tsv", VECTORS.1)],
        ),
        row(
            "projector: labels outside",
            "metadata 400",
            outside,
            "embeddings { tensor_name: 'w' tensor_path: 't.tsv' metadata_path: '../m.tsv' }",
            vec![VECTORS, ("../m.tsv", b"a\nb\n")],
        ),
        row(
            "projector: thumbnails outside",
            "sprite 400",
            outside,
            "embeddings { tensor_name: 'w' tensor_path: 't.tsv' sprite { image_path: '../s.png' single_image_dim: 1 single_image_dim: 1 } }",
            vec![VECTORS, ("../s.png", b"")],
        ),
        row(
            "projector: bookmarks outside",
            "bookmarks 400",
            outside,
            "embeddings { tensor_name: 'w' tensor_path: 't.tsv' bookmarks_path: '../b.json' }",
            vec![VECTORS, ("../b.json", b"[]")],
        ),
        row(
            "projector: there and back again",
            "shown",
            &[],
            "embeddings { tensor_name: 'w' tensor_path: 'd/../t.tsv' }",
            vec![VECTORS, ("d/x", b"")],
        ),
        row(
            "projector: half a configuration",
            "all 500",
            &["projector_config"],
            "embeddings { tensor_name: 'w'",
            vec![],
        ),
        row(
            "projector: an unknown field",
            "all 500",
            &["projector_config"],
            "embeddings { tensor_name: 'w' tensor_path: 't.tsv' colour: 3 }",
            vec![VECTORS],
        ),
        row(
            "projector: a name twice",
            "shown",
            &["projector_name"],
            "embeddings { tensor_name: 'w' tensor_path: 't.tsv' } \
             embeddings { tensor_name: 'w' tensor_path: 'u.tsv' }",
            vec![VECTORS, ("u.tsv", b"1\t2\n")],
        ),
        row(
            "projector: no name",
            "shown",
            &[],
            "embeddings { tensor_path: 't.tsv' }",
            vec![VECTORS],
        ),
        row(
            "projector: an odd name",
            "shown",
            &[],
            r#"embeddings { tensor_name: 'a b/c:0 \303\244 \n"&?#' tensor_path: 't.tsv' }"#,
            vec![VECTORS],
        ),
        row(
            "projector: a path twice",
            "all 500",
            &["projector_config"],
            "embeddings { tensor_name: 'w' tensor_path: 't.tsv' tensor_path: 't.tsv' }",
            vec![VECTORS],
        ),
        row(
            "projector: a name that is a number",
            "all 500",
            &["projector_config"],
            "embeddings { tensor_name: 3 tensor_path: 't.tsv' }",
            vec![VECTORS],
        ),
        row(
            "projector: a shape of text",
            "all 500",
            &["projector_config"],
            "embeddings { tensor_name: 'w' tensor_path: 't.tsv' tensor_shape: '2' }",
            vec![VECTORS],
        ),
        row(
            "projector: a name in Latin-1",
            "all 500",
            &["projector_config"],
            *b"embeddings { tensor_name: '\xfc' tensor_path: 't.tsv' }",
            vec![VECTORS],
        ),
        row(
            "projector: a name in Latin-1, escaped",
            "all 500",
            &["projector_config"],
            r"embeddings { tensor_name: '\374' tensor_path: 't.tsv' }",
            vec![VECTORS],
        ),
        row(
            "projector: an empty configuration",
            "no tab",
            &["projector_empty"],
            "",
            vec![],
        ),
        row(
            "projector: vectors with a header",
            "no tab, tensor 500",
            vectors,
            plain,
            vec![("t.tsv", b"x\ty\n1\t2\n")],
        ),
        row(
            "projector: ragged vectors",
            "no tab, tensor 500",
            vectors,
            plain,
            vec![("t.tsv", b"1\t2\n3\n")],
        ),
        row(
            "projector: vectors of NumPy",
            "no tab, tensor 500",
            vectors,
            plain,
            vec![("t.tsv", b"\x93NUMPY\x01\0\x76\0{'descr': '<f4'}")],
        ),
        row(
            "projector: vectors of no shape",
            "no tab, tensor 500",
            vectors,
            plain,
            vec![("t.tsv", b"\xff\xfe\x7f\xc2\0\0\0\0")],
        ),
        row(
            "projector: vectors of another shape",
            "no tab, tensor 500",
            vectors,
            shaped,
            vec![("t.tsv", b"\xff\xfe\x7f\xc2\0\0\0\0")],
        ),
        row(
            "projector: zeros that could be text",
            "no tab, tensor 500",
            vectors,
            shaped,
            vec![("t.tsv", &[0; 16])],
        ),
        row(
            "projector: text of another shape",
            "wrong shape",
            &["projector_points"],
            "embeddings { tensor_name: 'w' tensor_path: 't.tsv' tensor_shape: 5 tensor_shape: 7 }",
            vec![VECTORS],
        ),
        row(
            "projector: points on a line",
            "one dimension",
            &["projector_points"],
            plain,
            vec![("t.tsv", b"1\n2\n")],
        ),
        row(
            "projector: no points",
            "no points",
            &["projector_points"],
            "embeddings { tensor_name: 'w' tensor_path: 't.tsv' tensor_shape: 0 tensor_shape: 2 }",
            vec![("t.tsv", b"")],
        ),
        row(
            "projector: points of no dimensions",
            "no points",
            &["projector_points"],
            "embeddings { tensor_name: 'w' tensor_path: 't.tsv' tensor_shape: 2 tensor_shape: 0 }",
            vec![("t.tsv", b"\n\n")],
        ),
        row(
            "projector: no vectors in a file",
            "no tab, no points",
            vectors,
            plain,
            vec![("t.tsv", b"")],
        ),
        row(
            "projector: labels of nothing",
            "0 labels",
            &["projector_labels"],
            labelled,
            vec![VECTORS, ("m.tsv", b"")],
        ),
        row(
            "projector: labels in Latin-1",
            "metadata 500",
            &["projector_labels"],
            labelled,
            vec![VECTORS, ("m.tsv", b"\xfc\n\xe4\n")],
        ),
        row(
            "projector: three labels",
            "3 labels",
            &["projector_labels"],
            labelled,
            vec![VECTORS, ("m.tsv", b"a\nb\nc\n")],
        ),
        row(
            "projector: thumbnails of no bytes",
            "sprite blank",
            &["projector_sprite"],
            pictured,
            vec![VECTORS, ("s.png", b"")],
        ),
        row(
            "projector: bookmarks of no JSON",
            "no bookmarks",
            &["projector_bookmarks"],
            marked,
            vec![VECTORS, ("b.json", b"{oops")],
        ),
        row(
            "projector: a checkpoint",
            "tensor 400",
            &["projector_checkpoint"],
            "model_checkpoint_path: 'ckpt' embeddings { tensor_name: 'w' }",
            vec![],
        ),
        row(
            "projector: no files",
            "no tab",
            &["projector_checkpoint"],
            "embeddings { tensor_name: 'w' }",
            vec![],
        ),
    ];
    #[cfg(unix)]
    rows.push(Row {
        write: Box::new(|dir: &Path| {
            let elsewhere = dir.with_extension("elsewhere");
            fs::create_dir_all(&elsewhere).unwrap();
            fs::write(elsewhere.join("t.tsv"), VECTORS.1).unwrap();
            write(dir, &[scalar("x", 1)]);
            std::os::unix::fs::symlink(elsewhere.join("t.tsv"), dir.join("t.tsv")).unwrap();
            let config = "embeddings { tensor_name: 'w' tensor_path: 't.tsv' }";
            fs::write(dir.join("projector_config.pbtxt"), config).unwrap();
        }),
        ..row(
            "projector: a link to vectors",
            "tensor 400",
            outside,
            "",
            vec![],
        )
    });
    #[cfg(unix)]
    rows.push(Row {
        write: Box::new(|dir: &Path| {
            let elsewhere = dir.with_extension("all");
            fs::create_dir_all(&elsewhere).unwrap();
            fs::write(elsewhere.join("t.tsv"), VECTORS.1).unwrap();
            fs::write(elsewhere.join("m.tsv"), "a\nb\n").unwrap();
            write(dir, &[scalar("x", 1)]);
            std::os::unix::fs::symlink(&elsewhere, dir.join("d")).unwrap();
            let config =
                "embeddings { tensor_name: 'w' tensor_path: 'd/t.tsv' metadata_path: 'd/m.tsv' }";
            fs::write(dir.join("projector_config.pbtxt"), config).unwrap();
        }),
        ..row(
            "projector: a link to a directory",
            "tensor 400, metadata 400",
            outside,
            "",
            vec![],
        )
    });
    rows.push(Row {
        write: Box::new(|dir: &Path| {
            write(dir, &[scalar("x", 1)]);
            let path = dir.join("t.tsv");
            fs::write(&path, VECTORS.1).unwrap();
            let config = format!(
                "embeddings {{ tensor_name: 'w' tensor_path: {:?} }}",
                path.to_str().unwrap()
            );
            fs::write(dir.join("projector_config.pbtxt"), config).unwrap();
        }),
        ..row("projector: a whole path inside", "shown", &[], "", vec![])
    });
    rows
}
