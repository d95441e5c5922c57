# The pages of all codes.

codes-title = Every finding a report can hold
codes-lead = What is looked for, what it costs, and what it stands on. Each code keeps its meaning for ever.
codes-all = All codes
codes-code = Code
codes-meaning = Meaning
codes-section = Section
codes-points = Points
codes-basis = Basis
codes-why = Why it matters
codes-fix = What to change
codes-up-to = up to { $points }
codes-capped = (all findings of this kind together: { $points } at most)
codes-notice = 0: worth knowing
codes-good = 0: as it should be
codes-not-applicable = 0: does not apply
codes-not-determined = 0: could not be determined
codes-placeholders = Words between ‹ and › stand for what a message shows.
codes-explain = What this code means
