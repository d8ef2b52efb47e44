-- What breakeven stores. Compiled into the program from here, so this is the only copy.
--
-- A database is accepted only when its statements equal these letter by letter, so a change of any
-- of them raises user_version, and comments stand outside of them. A figure that is not known is
-- NULL, never 0. Times are in ns.

PRAGMA application_id = 0x6272656b; -- "brek"
PRAGMA user_version = 1;

-- One sweep. Its id is its handle. The seed is decimal text since it reaches 2^64-1. plan_text and
-- machine_json are JSON; started_at is in seconds since 1970, UTC.
CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    plan TEXT NOT NULL,
    plan_text TEXT NOT NULL,
    label TEXT,
    machine_key TEXT NOT NULL,
    machine_json TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    build_id TEXT NOT NULL,
    seed TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    elapsed_ns INTEGER NOT NULL,
    rounds INTEGER NOT NULL,
    status TEXT NOT NULL
) STRICT;

-- params is a JSON object of strings and holds every axis, so that a new axis needs no new column;
-- id is the hash of it. position counts from 0 within the run.
CREATE TABLE configuration (
    run INTEGER NOT NULL REFERENCES run,
    position INTEGER NOT NULL,
    id TEXT NOT NULL,
    params TEXT NOT NULL,
    role TEXT NOT NULL,
    block INTEGER NOT NULL,
    grain_asked_ns INTEGER,
    pu_count INTEGER,
    bound_order REAL,
    bound_best REAL,
    PRIMARY KEY (run, position)
) STRICT, WITHOUT ROWID;

-- One launch of the runner. Stands apart from what the runner said, so that a million of these can
-- be listed without reading that.
CREATE TABLE sample (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL,
    configuration INTEGER NOT NULL,
    round INTEGER NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    started_ns INTEGER NOT NULL,
    elapsed_ns INTEGER,
    overhead_ns INTEGER,
    commit_ns INTEGER,
    wall_ns INTEGER,
    cold_wall_ns INTEGER,
    cpu_ns INTEGER,
    FOREIGN KEY (run, configuration) REFERENCES configuration
) STRICT;

CREATE INDEX sample_of_run ON sample (run);

-- The runner's lines as it wrote them: where every other figure of a sample comes from. hash is
-- FNV-1a over its bytes, 16 hexadecimal digits.
CREATE TABLE transcript (
    sample INTEGER PRIMARY KEY REFERENCES sample,
    hash TEXT NOT NULL,
    lines TEXT NOT NULL
) STRICT;
