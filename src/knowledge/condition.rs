//! Reads a condition as a clinician writes it, for example `fitzpatrick >= 4 and site in (chest, back)`.
