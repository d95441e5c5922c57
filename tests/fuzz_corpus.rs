//! Everything that fuzzing has found, again: no input of `tests/fuzz/corpus` may panic or break what its target asserts.

#[path = "fuzz/targets.rs"]
mod targets;

use std::path::Path;

#[test]
fn nothing_that_was_ever_found_breaks_its_target_again() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    for (name, target) in targets::TARGETS {
        let files: Vec<_> = std::fs::read_dir(corpus.join(name)).unwrap().map(|file| file.unwrap().path()).collect();
        assert!(!files.is_empty(), "{name} has no corpus");
        for file in files {
            let octets = std::fs::read(&file).unwrap();
            if std::panic::catch_unwind(|| target(&octets)).is_err() {
                panic!("{} breaks {name}", file.display());
            }
        }
    }
}

#[test]
fn the_corpus_of_the_session_delivers_messages() {
    let address = targets::address();
    let talk = format!("EHLO a\r\nMAIL FROM:<a@example.org>\r\nRCPT TO:<{address}>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n");
    let (replies, messages) = targets::talk(talk.as_bytes(), 3, false);
    assert_eq!(messages.len(), 1, "{replies}");
}
