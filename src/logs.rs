//! The log: to standard error, and its last lines in memory for the operator's page.
//!
//! What is logged holds no personal data: spans carry the numbers of sessions and jobs, events say what happened.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::config::LogFormat;

/// Lines kept.
const LINES: usize = 200;
/// Of one line, characters.
const LENGTH: usize = 400;

/// One line as it was logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub at: Timestamp,
    pub level: Level,
    /// The module that says so.
    pub target: &'static str,
    /// Spans, message and fields.
    pub text: String,
}

static LAST: Mutex<VecDeque<Line>> = Mutex::new(VecDeque::new());

/// Logs from now on, to standard error; `RUST_LOG` beats `level`.
pub fn start(level: &str, format: LogFormat) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    // What cannot be written (a full disk) is not to be complained of where it cannot be written either: that would panic.
    let printed = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).log_internal_errors(false);
    let all = tracing_subscriber::registry().with(filter).with(Kept);
    match format {
        LogFormat::Text => all.with(printed).init(),
        LogFormat::Json => all.with(printed.json().flatten_event(true)).init(),
    }
}

/// The last lines of this process, oldest first.
pub fn last() -> Vec<Line> {
    LAST.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
}

/// Keeps the last lines.
struct Kept;

/// A span's name and fields, as they stand before its events.
struct Said(String);

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Kept {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        span.extensions_mut().insert(Said(format!("{}{{{}}}", span.name(), fields.text.trim())));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut text = String::new();
        for span in context.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(Said(said)) = span.extensions().get::<Said>() {
                let _ = write!(text, "{said} ");
            }
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        text += &fields.message;
        text += &fields.text;
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LENGTH).collect();
        let metadata = event.metadata();
        let line = Line { at: Timestamp::now(), level: *metadata.level(), target: metadata.target(), text };
        let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() >= LINES {
            last.pop_front();
        }
        last.push_back(line);
    }
}

/// ` name=value` for each field; the message apart.
#[derive(Default)]
struct Fields {
    message: String,
    text: String,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.text, " {name}={value:?}"),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_with_their_spans_and_no_more_than_so_many() {
        let all = tracing_subscriber::registry().with(Kept);
        tracing::subscriber::with_default(all, || {
            for n in 0..LINES + 50 {
                let _span = tracing::info_span!("smtp", session = n).entered();
                tracing::warn!(octets = 5, why = "a\nb", "message");
            }
        });
        let lines: Vec<Line> = last().into_iter().filter(|line| line.target.ends_with("logs::tests")).collect();
        assert!(lines.len() <= LINES && lines.len() > LINES / 2, "{}", lines.len());
        let line = lines.last().unwrap();
        assert_eq!(line.text, format!("smtp{{session={}}} message octets=5 why=\"a\\nb\"", LINES + 49));
        assert_eq!(line.level, Level::WARN);
    }
}
