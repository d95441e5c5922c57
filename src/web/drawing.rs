//! Small drawings as inline SVG: the mark, the signs of verdicts, the QR code. Attributes only, never styles (the page's
//! content security policy has no room for them).

use fast_qr::qr::QRBuilder;
use maud::{Markup, PreEscaped, html};

/// The sieve, with one grain through.
pub fn mark(size: u32) -> Markup {
    let holes = [(16.0, 13.0), (10.8, 13.0), (21.2, 13.0), (13.4, 8.5), (18.6, 8.5), (13.4, 17.5), (18.6, 17.5)];
    html! {
        svg width=(size) height=(size) viewBox="0 0 32 32" aria-hidden="true" focusable="false" {
            circle cx="16" cy="13" r="10.7" fill="none" stroke="currentColor" stroke-width="2.6" {}
            @for (x, y) in holes { circle cx=(x) cy=(y) r="1.9" fill="currentColor" {} }
            circle cx="16" cy="29" r="2.4" fill="#c98729" {}
        }
    }
}

/// How something stands, as a shape and a colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sign {
    /// Nothing was asked here, or it does not apply.
    None,
    /// Worth knowing.
    Note,
    Good,
    Unknown,
    Warn,
    Bad,
}

impl Sign {
    pub fn class(self) -> &'static str {
        match self {
            Sign::Good => "good",
            Sign::None => "none",
            Sign::Note => "info",
            Sign::Unknown => "unknown",
            Sign::Warn => "warn",
            Sign::Bad => "bad",
        }
    }

    /// The drawing alone: say the same in words beside it.
    pub fn draw(self) -> Markup {
        let path = match self {
            Sign::Good => "M4 8.5l3 3 5.5-7",
            Sign::None => "M4.5 8h7",
            Sign::Note => "M8 7.4v4.4M8 4.2v.2",
            Sign::Unknown => "M5.6 6a2.4 2.4 0 1 1 3.3 2.2c-.6.3-.9.7-.9 1.4M8 12v.2",
            Sign::Warn => "M8 3.6v5.2M8 12v.2",
            Sign::Bad => "M4.5 4.5l7 7M11.5 4.5l-7 7",
        };
        html! {
            span class={ "sign " (self.class()) } {
                svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true" focusable="false" {
                    path d=(path) fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" {}
                }
            }
        }
    }
}

/// Ten grains, as many filled as points; `tenths` of 100.
pub fn grains(tenths: i32) -> Markup {
    html! {
        svg.grains viewBox="0 0 160 14" width="160" height="14" aria-hidden="true" focusable="false" {
            @for i in 0..10 {
                @let x = 8 + 16 * i;
                @let fill = (tenths - 10 * i).clamp(0, 10);
                circle cx=(x) cy="7" r="5" fill="none" stroke="currentColor" stroke-width="1.5" {}
                // The filled part of a grain grows from its centre: area, not radius, tells the tenths.
                @if fill > 0 { circle cx=(x) cy="7" r=(format!("{:.2}", 5.0 * (f64::from(fill) / 10.0).sqrt())) fill="currentColor" {} }
            }
        }
    }
}

/// A QR code of this text; nothing where it does not fit.
pub fn qr(text: &str, label: &str) -> Markup {
    let Ok(code) = QRBuilder::new(text).build() else { return PreEscaped(String::new()) };
    let size = code.size;
    let mut path = String::new();
    for y in 0..size {
        for x in 0..size {
            if code.data.get(y * size + x).is_some_and(|module| module.value()) {
                path.push_str(&format!("M{x} {y}h1v1h-1z"));
            }
        }
    }
    html! {
        svg role="img" aria-label=(label) viewBox=(format!("-4 -4 {0} {0}", size + 8)) width="136" height="136" {
            path d=(path) fill="currentColor" shape-rendering="crispEdges" {}
        }
    }
}
