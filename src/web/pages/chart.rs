//! Bars over time as SVG, for pages without script: each bar says in its title what it stands for, and every chart has the
//! same numbers as a table.

use maud::{Markup, html};

use crate::lang::Lang;

/// What one span of time holds.
pub struct Bar {
    /// The span, as in the table's first column.
    pub label: String,
    /// One value a series; `None` where nothing was measured, which is not zero.
    pub values: Vec<Option<u64>>,
}

/// A series: the class that colours it, and its name.
pub struct Series {
    pub class: &'static str,
    pub name: String,
}

pub struct Chart<'a> {
    pub title: String,
    pub series: &'a [Series],
    pub bars: &'a [Bar],
    /// How a value is written.
    pub shown: &'a dyn Fn(u64) -> String,
    /// The values add up to something; otherwise the largest one is told.
    pub sum: bool,
}

const WIDTH: usize = 720;
const HEIGHT: u64 = 120;
/// Room above the bars for the scale.
const HEAD: u64 = 22;
/// And below them for the spans. Both bear the letters that narrow charts need, where all is drawn at half its size.
const FOOT: u64 = 26;

impl Chart<'_> {
    pub fn draw(&self, lang: Lang) -> Markup {
        let most = self.bars.iter().map(|bar| bar.values.iter().flatten().sum::<u64>()).max().unwrap_or(0);
        let (first, last) = (self.bars.first(), self.bars.last());
        let all: Vec<String> = self
            .series
            .iter()
            .enumerate()
            .map(|(i, series)| format!("{} {}", self.all(i, lang), series.name))
            .collect();
        html! {
            figure.chart {
                figcaption {
                    span { (self.title) }
                    @if self.series.len() > 1 {
                        span.keys { @for series in self.series { span.key { span class={ "swatch " (series.class) } {} (series.name) } } }
                    }
                }
                svg role="img" aria-label={ (self.title) ": " (all.join(", ")) } viewBox={ "0 0 " (WIDTH) " " (HEAD + HEIGHT + FOOT) } {
                    line.grid x1="0" y1=(HEAD) x2=(WIDTH) y2=(HEAD) {}
                    line.axis x1="0" y1=(HEAD + HEIGHT) x2=(WIDTH) y2=(HEAD + HEIGHT) {}
                    text.scale x="0" y=(HEAD - 5) { (shown_or_none(most, self.shown, lang)) }
                    @for (i, bar) in self.bars.iter().enumerate() { (self.bar(i, bar, most)) }
                    @if let (Some(first), Some(last)) = (first, last) {
                        text.scale x="0" y=(HEAD + HEIGHT + 20) { (first.label) }
                        text.scale.end x=(WIDTH) y=(HEAD + HEIGHT + 20) { (last.label) }
                    }
                }
                details {
                    summary.small { (lang.text("operate-as-table")) }
                    (self.table(lang))
                }
            }
        }
    }

    /// What all bars of a series come to, in words.
    fn all(&self, series: usize, lang: Lang) -> String {
        let values = self.bars.iter().filter_map(|bar| bar.values.get(series).copied().flatten());
        if self.sum {
            return (self.shown)(values.sum());
        }
        match values.max() {
            Some(most) => lang.with("operate-at-most", [("value", (self.shown)(most).into())]),
            None => self.written(None),
        }
    }

    fn written(&self, value: Option<u64>) -> String {
        value.map_or_else(|| "–".to_owned(), self.shown)
    }

    fn bar(&self, place: usize, bar: &Bar, most: u64) -> Markup {
        let slot = WIDTH as f64 / self.bars.len().max(1) as f64;
        let (x, width) = (place as f64 * slot, (slot * 0.8).max(1.0));
        let mut below = 0;
        let parts: Vec<(u64, u64, &'static str)> = bar
            .values
            .iter()
            .zip(self.series)
            .map(|(value, series)| {
                let value = value.unwrap_or(0);
                // What is there is seen, however little.
                let height = value.saturating_mul(HEIGHT).checked_div(most).unwrap_or(0).max(u64::from(value > 0) * 2);
                below += height;
                (HEAD + HEIGHT - below.min(HEIGHT), height, series.class)
            })
            .collect();
        let said: Vec<String> = bar
            .values
            .iter()
            .zip(self.series)
            .map(|(value, series)| format!("{} {}", self.written(*value), series.name))
            .collect();
        html! {
            g {
                title { (bar.label) ": " (said.join(", ")) }
                rect.hit x=(format!("{x:.1}")) y=(HEAD) width=(format!("{slot:.1}")) height=(HEIGHT) {}
                @for (y, height, class) in parts {
                    @if height > 0 { rect class=(class) x=(format!("{x:.1}")) y=(y) width=(format!("{width:.1}")) height=(height) {} }
                }
            }
        }
    }

    fn table(&self, lang: Lang) -> Markup {
        html! {
            div.scroll tabindex="0" role="region" aria-label=(self.title) {
                table.numbers {
                    thead { tr { th scope="col" { (lang.text("operate-span")) } @for series in self.series { th scope="col" { (series.name) } } } }
                    tbody { @for bar in self.bars {
                        tr { th scope="row" { (bar.label) } @for value in &bar.values { td { (self.written(*value)) } } }
                    } }
                }
            }
        }
    }
}

fn shown_or_none(most: u64, shown: &dyn Fn(u64) -> String, lang: Lang) -> String {
    if most == 0 { lang.text("operate-nothing") } else { shown(most) }
}

/// Milliseconds as people read them: `850 ms`, `1.2 s`.
pub fn milliseconds(time: u64, lang: Lang) -> String {
    match time {
        ..1000 => format!("{time}\u{a0}ms"),
        _ => format!("{}\u{a0}s", lang.tenths(i32::try_from(time / 100).unwrap_or(i32::MAX))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chart_says_in_words_and_as_a_table_what_it_draws() {
        let series = [
            Series { class: "good", name: "accepted".to_owned() },
            Series { class: "bad", name: "refused".to_owned() },
        ];
        let bar = |label: &str, values: [u64; 2]| Bar { label: label.to_owned(), values: values.map(Some).to_vec() };
        let bars = [bar("09:00", [100, 50]), bar("10:00", [0, 1]), bar("11:00", [0, 0])];
        let chart =
            Chart { title: "Messages".to_owned(), series: &series, bars: &bars, shown: &|n| n.to_string(), sum: true };
        let drawn = chart.draw(Lang::En).into_string();
        assert!(drawn.contains("aria-label=\"Messages: 100 accepted, 51 refused\""), "{drawn}");
        assert!(drawn.contains("<title>09:00: 100 accepted, 50 refused</title>"));
        assert!(drawn.contains("<rect class=\"good\" x=\"0.0\" y=\"62\" width=\"192.0\" height=\"80\">"), "{drawn}");
        assert!(drawn.contains("<rect class=\"bad\" x=\"0.0\" y=\"22\""), "stacked to the top: {drawn}");
        assert!(
            drawn.contains("<rect class=\"bad\" x=\"240.0\" y=\"140\" width=\"192.0\" height=\"2\">"),
            "one is seen: {drawn}"
        );
        assert!(drawn.contains("<th scope=\"row\">10:00</th><td>0</td><td>1</td>"));
        assert!(!drawn.contains("style="), "the content security policy has no room for it");
    }

    #[test]
    fn of_times_the_longest_is_told_and_what_was_not_measured_is_not_zero() {
        let series = [Series { class: "good", name: "until the report".to_owned() }];
        let bars = [("09:00", Some(1_200)), ("09:20", None), ("09:40", Some(800))]
            .map(|(label, value)| Bar { label: label.to_owned(), values: vec![value] });
        let shown = |value| milliseconds(value, Lang::En);
        let chart = Chart { title: "Times".to_owned(), series: &series, bars: &bars, shown: &shown, sum: false };
        let drawn = chart.draw(Lang::En).into_string();
        assert!(drawn.contains("aria-label=\"Times: at most 1.2\u{a0}s until the report\""), "{drawn}");
        assert!(drawn.contains("<title>09:20: – until the report</title>"), "{drawn}");
        assert!(drawn.contains("<th scope=\"row\">09:20</th><td>–</td>"), "{drawn}");
        assert!(!drawn.contains(">0\u{a0}ms") && !drawn.contains(" 0\u{a0}ms"), "{drawn}");
        let none = Chart { bars: &bars[1..2], ..chart };
        assert!(none.draw(Lang::En).into_string().contains("aria-label=\"Times: – until the report\""));
    }

    #[test]
    fn nothing_is_drawn_as_nothing() {
        let series = [Series { class: "good", name: "accepted".to_owned() }];
        let chart =
            Chart { title: "Messages".to_owned(), series: &series, bars: &[], shown: &|n| n.to_string(), sum: true };
        assert!(chart.draw(Lang::It).into_string().contains("niente"));
    }

    #[test]
    fn times_are_written_as_people_read_them() {
        assert_eq!(milliseconds(850, Lang::En), "850\u{a0}ms");
        assert_eq!(milliseconds(1_249, Lang::It), "1,2\u{a0}s");
    }
}
