//! What an attachment is, by its first octets and its name.

use super::Part;

/// A media type by its magic octets; `None` when they tell nothing.
pub(super) fn magic(head: &[u8]) -> Option<&'static str> {
    const MAGIC: &[(&[u8], &str)] = &[
        (b"%PDF-", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"PK\x03\x04", "application/zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
        (b"MZ", "application/vnd.microsoft.portable-executable"),
        (b"\x7fELF", "application/x-elf"),
        (b"Rar!\x1a\x07", "application/vnd.rar"),
        (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        (b"\x1f\x8b", "application/gzip"),
        (b"{\\rtf", "application/rtf"),
        (b"#!", "text/x-script"),
    ];
    if head.get(..4) == Some(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some("image/webp");
    }
    MAGIC.iter().find(|(start, _)| head.starts_with(start)).map(|(_, kind)| *kind)
}

/// The first file of an archive, as the archive's first octets tell; nothing is unpacked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    pub name: String,
    /// Behind a password.
    pub encrypted: bool,
}

/// Reads the first local file header of a ZIP archive (APPNOTE.TXT §4.3.7).
pub(super) fn packed(head: &[u8]) -> Option<Packed> {
    let rest = head.strip_prefix(b"PK\x03\x04")?;
    let length = usize::from(u16::from_le_bytes([*rest.get(22)?, *rest.get(23)?]));
    let name = rest.get(26..26 + length)?;
    Some(Packed { name: String::from_utf8_lossy(name).into_owned(), encrypted: rest.get(2)? & 1 == 1 })
}

/// Extensions that programs run when opened; Gmail and Outlook refuse them (their published lists, the common part).
const RUNS: &[&str] = &[
    "ade",
    "adp",
    "apk",
    "appx",
    "appxbundle",
    "bat",
    "cab",
    "chm",
    "cmd",
    "com",
    "cpl",
    "diagcab",
    "diagcfg",
    "diagpkg",
    "dll",
    "dmg",
    "ex",
    "ex_",
    "exe",
    "hta",
    "ins",
    "iso",
    "isp",
    "jar",
    "jnlp",
    "js",
    "jse",
    "lib",
    "lnk",
    "mde",
    "mjs",
    "msc",
    "msi",
    "msix",
    "msixbundle",
    "msp",
    "mst",
    "nsh",
    "ps1",
    "pif",
    "scr",
    "sct",
    "shb",
    "sys",
    "vb",
    "vbe",
    "vbs",
    "vhd",
    "vxd",
    "wsc",
    "wsf",
    "wsh",
    "xll",
    "reg",
    "img",
];
/// Office formats that hold macros by their very name.
const MACROS: &[&str] = &["docm", "dotm", "xlsm", "xltm", "xlsb", "xlam", "pptm", "potm", "ppsm", "ppam", "sldm"];
/// Office formats of before 2007, which may hold macros.
const OLD_OFFICE: &[&str] = &["doc", "dot", "xls", "xlt", "ppt", "pps", "pot"];
const ARCHIVES: &[&str] = &["zip", "rar", "7z", "gz", "tgz", "tar", "bz2", "xz", "ace", "arj"];
/// What people take for a document: the first half of a double extension.
const DOCUMENTS: &[&str] = &[
    "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "txt", "rtf", "jpg", "jpeg", "png", "gif", "csv", "html",
    "mp3", "mp4",
];

/// What the name of an attachment tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameKind {
    /// A program or script.
    Runs,
    /// A program or script behind the name of a document: `invoice.pdf.exe`.
    Disguised,
    Macros,
    OldOffice,
    Archive,
    /// A page that a browser opens from the reader's own disk.
    Page,
    Other,
}

/// Reads the extension as a reader's system would: trailing dots and spaces do not count.
pub fn name_kind(name: &str) -> NameKind {
    let name = name.trim_end_matches(['.', ' ']).to_lowercase();
    let mut pieces = name.rsplit('.');
    let (last, before) = (pieces.next().unwrap_or_default(), pieces.next().unwrap_or_default());
    if !name.contains('.') {
        return NameKind::Other;
    }
    match last {
        last if RUNS.contains(&last) && DOCUMENTS.contains(&before.trim()) => NameKind::Disguised,
        last if RUNS.contains(&last) => NameKind::Runs,
        last if MACROS.contains(&last) => NameKind::Macros,
        last if OLD_OFFICE.contains(&last) => NameKind::OldOffice,
        "htm" | "html" | "shtml" | "xhtml" | "svg" => NameKind::Page,
        last if ARCHIVES.contains(&last) => NameKind::Archive,
        _ => NameKind::Other,
    }
}

impl Part {
    /// True for what a reader shows apart from the text: not a container, and either called an attachment, or named, or
    /// of a kind that is no text. Signatures of S/MIME and PGP are not attachments to people.
    pub fn is_attachment(&self) -> bool {
        if self.content_type.starts_with("multipart/") || self.is_signature() {
            return false;
        }
        match self.disposition.as_deref() {
            Some("attachment") => true,
            _ => !self.content_type.starts_with("text/") || (self.filename.is_some() && !self.is_shown_text()),
        }
    }

    fn is_shown_text(&self) -> bool {
        self.disposition.as_deref() != Some("attachment")
            && matches!(self.content_type.as_str(), "text/plain" | "text/html")
    }

    /// S/MIME (RFC 8551) and OpenPGP (RFC 3156) machinery.
    pub fn is_signature(&self) -> bool {
        matches!(
            self.content_type.as_str(),
            "application/pkcs7-signature"
                | "application/x-pkcs7-signature"
                | "application/pgp-signature"
                | "application/pgp-encrypted"
                | "application/pgp-keys"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_behind_a_document_name_is_seen() {
        assert_eq!(name_kind("Invoice.PDF.exe"), NameKind::Disguised);
        assert_eq!(name_kind("setup.exe. "), NameKind::Runs);
        assert_eq!(name_kind("jquery.min.js"), NameKind::Runs);
        assert_eq!(name_kind("budget.xlsm"), NameKind::Macros);
        assert_eq!(name_kind("v1.2.pdf"), NameKind::Other);
        assert_eq!(name_kind("exe"), NameKind::Other);
        assert_eq!(name_kind("Scan.HTM"), NameKind::Page);
    }

    #[test]
    fn the_first_file_of_an_archive_is_read_and_nothing_is_unpacked() {
        let head = |flags: u8, name: &str| {
            let mut head = b"PK\x03\x04\x14\0".to_vec();
            head.extend([flags, 0, 8, 0, 0, 0, 0, 0]);
            head.extend([0; 12]);
            head.extend([name.len() as u8, 0, 0, 0]);
            head.extend(name.as_bytes());
            head
        };
        assert_eq!(packed(&head(0, "a.exe")), Some(Packed { name: "a.exe".to_owned(), encrypted: false }));
        assert_eq!(packed(&head(1, "a.txt")), Some(Packed { name: "a.txt".to_owned(), encrypted: true }));
        assert_eq!(packed(b"PK\x03\x04"), None);
        assert_eq!(packed(&head(0, "long name").into_iter().take(35).collect::<Vec<_>>()), None);
    }
}
