//! Everything an attacker is known to try, and the test that shows it leads nowhere: [`ATTACKS`] is the list, and a test
//! proves that each test it names is there. What no other suite shows is shown here, on a whole service.
#![cfg(test)]

#[path = "../support/delivery.rs"]
mod delivery;
mod doors;
mod faults;
mod messages;
mod outbound;
#[path = "../support/spamd.rs"]
mod spamd;

/// (door, attack, the tests: functions, or dialogues of `tests/smtp/dialogues`)
const ATTACKS: &[(&str, &str, &[&str])] = &[
    ("smtp", "unbounded command line", &["== a long line is passed over whole"]),
    ("smtp", "unbounded DATA", &["data_without_end_is_cut_off", "== a message that is too big by its real octets"]),
    (
        "smtp",
        "slow clients",
        &[
            "a_client_that_drips_a_command_is_as_slow_as_a_silent_one",
            "a_message_that_drips_in_comes_to_an_end",
            "a_session_has_an_end_however_busy",
        ],
    ),
    (
        "smtp",
        "idle clients by the thousand",
        &["a_thousand_idle_clients_hold_up_nobody", "an_idle_client_is_told_to_go_after_five_minutes"],
    ),
    (
        "smtp",
        "smuggling with bare LF or CR around the dot",
        &["== a dot beside a bare LF or CR ends nothing", "only_cr_lf_dot_cr_lf_ends_the_data"],
    ),
    (
        "smtp",
        "plaintext commands pipelined before STARTTLS",
        &["what_was_sent_in_plain_text_after_starttls_is_thrown_away"],
    ),
    ("smtp", "header injection through MAIL and RCPT arguments", &["== header injection through arguments"]),
    ("smtp", "NUL and 8-bit commands", &["== NUL and foreign octets"]),
    ("smtp", "10,000 recipients", &["ten_thousand_recipients_are_told_to_come_in_parts"]),
    (
        "smtp",
        "dictionary RCPT",
        &["== guessing addresses", "a_network_that_guesses_addresses_is_sent_away_and_no_other_is"],
    ),
    (
        "smtp",
        "floods from one network",
        &[
            "a_network_that_connects_without_end_is_told_when_to_come_again",
            "a_flood_of_one_sender_delays_another_by_less_than_a_second",
            "a_flood_of_slow_examinations_does_not_delay_another_network",
        ],
    ),
    (
        "message",
        "MIME nesting by the thousand",
        &["mime_nested_by_the_thousand", "what_opens_without_end_is_cut_wherever_it_hides"],
    ),
    ("message", "100,000 headers", &["a_hundred_thousand_header_fields"]),
    ("message", "empty message", &["an_empty_message"]),
    ("message", "header without colon", &["a_header_line_without_a_colon"]),
    ("message", "the longest base64 line", &["the_longest_line_that_is_taken"]),
    ("message", "decompression and image bombs, zip of zips", &["bombs_are_not_lit"]),
    ("message", "broken charsets", &["charsets_that_lie"]),
    ("message", "regex blow-ups", &["text_that_makes_searches_slow"]),
    ("dns", "CNAME loops", &["aliases_that_go_in_circles"]),
    ("dns", "endless includes", &["includes_without_end"]),
    ("dns", "huge TXT", &["a_huge_record"]),
    ("dns", "PTR with hundreds of names", &["hundreds_of_names_are_not_all_asked_for"]),
    ("dns", "wrong-question answers", &["an_answer_to_another_question_is_not_taken"]),
    ("dns", "time-outs everywhere", &["a_world_that_never_answers_is_left_at_the_deadline_and_costs_no_points"]),
    (
        "links",
        "private addresses and IPv6 transition forms",
        &["nothing_private_is_admitted_however_it_is_written", "an_embedded_ipv4_address_decides"],
    ),
    ("links", "DNS rebinding", &["a_rebinding_name_is_judged_at_every_request"]),
    ("links", "redirects into private space", &["a_redirect_into_private_space_is_refused"]),
    ("links", "endless bodies and redirects", &["endless_redirects_end", "an_endless_body_is_not_read"]),
    ("links", "schemes, userinfo and port tricks", &["schemes_userinfo_and_ports_are_no_way_around"]),
    ("links", "us as a weapon against another host", &["a_host_is_not_flooded_by_our_visits"]),
    ("web", "stored XSS through subject, headers, names, HTML, attachment names", &["hostile_messages_stay_text"]),
    ("web", "preview escaping its sandbox", &["hostile_messages_stay_text"]),
    ("web", "cross-site event-stream reads", &["another_sites_page_can_neither_change_nor_listen"]),
    (
        "web",
        "guessing ids",
        &["a_key_opens_its_own_test_only_under_its_own_secret", "the_address_reveals_nothing_of_the_key_beyond_the_id"],
    ),
    ("web", "huge JSON bodies", &["a_body_without_end_is_refused"]),
    ("web", "host-header injection into links", &["the_host_field_never_reaches_a_link"]),
    ("web", "enumeration of deliveries", &["guessing_keys_finds_nothing_and_ends_in_429"]),
    ("web", "slow and silent clients", &["a_client_that_says_nothing_or_drips_its_head_is_left"]),
    ("web", "addresses and examinations without end", &["a_network_that_asks_without_end_is_told_when_to_come_again"]),
    ("web", "a made-up X-Forwarded-For", &["what_the_client_itself_wrote_is_not_believed"]),
    (
        "store",
        "disk full",
        &[
            "a_full_disk_refuses_and_goes_on_when_there_is_room",
            "on_a_full_disk_mail_is_put_off_and_taken_again_when_there_is_room",
        ],
    ),
    (
        "store",
        "database locked",
        &[
            "a_locked_database_is_an_error_in_bounded_time_and_then_works_again",
            "while_the_database_is_locked_mail_is_put_off_and_pages_are_shown_and_then_all_is_well",
        ],
    ),
    (
        "store",
        "PostgreSQL restarted under load",
        &["restarted_again_and_again_under_load_it_costs_nothing_acknowledged"],
    ),
    ("store", "a node of several killed", &["a_node_killed_at_any_moment_loses_nothing"]),
    ("store", "killed mid-commit", &["killed_again_and_again_it_loses_nothing_that_was_acknowledged"]),
    (
        "store",
        "corrupt row",
        &[
            "a_damaged_row_hides_no_other_and_is_an_error_of_its_own",
            "an_unreadable_message_is_given_up_at_once",
            "a_damaged_report_is_said_to_be_our_fault_and_hides_no_other",
        ],
    ),
    (
        "ours",
        "no resolver at the start",
        &["without_a_resolver_it_starts_takes_mail_and_says_what_it_could_not_find_out"],
    ),
    ("ours", "out of file descriptors", &["out_of_file_descriptors_it_waits_and_goes_on_when_there_are_some"]),
    ("ours", "the filters overrun by many messages", &["only_so_many_messages_are_at_the_filters_at_one_time"]),
    ("ours", "the resolver overrun by many messages", &["only_so_many_questions_are_open_at_one_time"]),
    (
        "ours",
        "spamd hanging",
        &[
            "a_dead_or_silent_spamd_is_missing_and_never_a_score_of_nought",
            "while_spamd_hangs_reports_are_made_without_it_and_say_so",
        ],
    ),
    (
        "ours",
        "a panicking check",
        &[
            "a_panic_is_tried_again_and_harms_no_other",
            "when_a_check_panics_the_page_says_so_and_a_mended_one_makes_the_report",
        ],
    ),
    (
        "ours",
        "fault after fault under load",
        &["through_fault_after_fault_every_acknowledged_message_is_reported_once_and_nothing_grows"],
    ),
    ("store", "clock jump", &["a_clock_that_jumped_back_delays_no_job"]),
];

#[test]
fn every_attack_has_the_tests_that_the_list_names() {
    let mut sources = String::new();
    for folder in ["src", "tests"] {
        read(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut sources);
    }
    for (door, attack, tests) in ATTACKS {
        assert!(!tests.is_empty(), "{door}: {attack}");
        for test in *tests {
            let there = match test.strip_prefix("== ") {
                Some(_) => sources.contains(&format!("{test}\n")),
                None => sources.contains(&format!("fn {test}()")),
            };
            assert!(there, "{door}: {attack}: there is no test {test:?}");
        }
    }
}

fn read(folder: &std::path::Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs" || extension == "txt") {
            into.push_str(&std::fs::read_to_string(&path).unwrap());
        }
    }
}
