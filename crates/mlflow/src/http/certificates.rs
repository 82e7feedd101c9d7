//! Certificates in files.

use std::path::Path;

use ureq::tls::{Certificate, ClientCert, PemItem, PrivateKey, RootCerts, parse_pem};

use crate::error::{Error, ErrorKind, Result};

/// Whom to trust: the certificates in a file, or in the files of a directory.
pub(super) fn authorities(path: &Path) -> Result<RootCerts> {
    let mut found = Vec::new();
    if path.is_dir() {
        let files = path.read_dir().map_err(|e| Error::unreadable(path, &e))?;
        for file in files.flatten() {
            // Others lie beside them.
            found.extend(items(&file.path()).unwrap_or_default().0);
        }
    } else {
        found = items(path)?.0;
    }
    match found.is_empty() {
        true => Err(invalid(path, "no certificates in PEM")),
        false => Ok(RootCerts::Specific(found.into())),
    }
}

/// Who asks: a certificate with its key.
pub(super) fn identity(path: &Path) -> Result<ClientCert> {
    match items(path)? {
        (certificates, Some(key)) if !certificates.is_empty() => {
            Ok(ClientCert::new_with_certs(&certificates, key))
        }
        _ => Err(invalid(
            path,
            "has to hold a certificate and its key in PEM",
        )),
    }
}

type Items = (Vec<Certificate<'static>>, Option<PrivateKey<'static>>);

fn items(path: &Path) -> Result<Items> {
    let pem = std::fs::read(path).map_err(|e| Error::unreadable(path, &e))?;
    let (mut certificates, mut key) = (Vec::new(), None);
    for item in parse_pem(&pem).flatten() {
        match item {
            PemItem::Certificate(certificate) => certificates.push(certificate),
            PemItem::PrivateKey(private) => key = Some(private),
            _ => {}
        }
    }
    Ok((certificates, key))
}

fn invalid(path: &Path, what: &str) -> Error {
    let path = tfevents::reader::path_text(path);
    Error::new(ErrorKind::Local, format!("{path}: {what}"))
}
