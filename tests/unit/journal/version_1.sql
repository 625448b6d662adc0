BEGIN TRANSACTION;
CREATE TABLE cost (
    base_url TEXT NOT NULL, job_id TEXT NOT NULL, session_id TEXT NOT NULL, dry_run INTEGER NOT NULL,
    cost TEXT, cost_unit TEXT, estimate TEXT, estimate_unit TEXT,
    PRIMARY KEY (base_url, job_id)
    );
INSERT INTO "cost" VALUES('https://api.example/v0.4','job-1','session-abcdef',0,'0.10','usd',NULL,NULL);
CREATE TABLE creator (
    creator_id TEXT NOT NULL,
    base_url TEXT NOT NULL, organization_id TEXT, project_id TEXT, key_id TEXT, profile TEXT NOT NULL
    );
INSERT INTO "creator" VALUES('creator-1','https://api.example/v0.4','org-1','project-1','key-1','default');
CREATE TABLE event (
    at TEXT NOT NULL, kind TEXT NOT NULL, session_id TEXT NOT NULL, subject TEXT NOT NULL, words TEXT NOT NULL,
    mark TEXT NOT NULL,
    base_url TEXT NOT NULL, organization_id TEXT, project_id TEXT, key_id TEXT, profile TEXT NOT NULL,
    UNIQUE (base_url, session_id, kind, subject, mark)
    );
INSERT INTO "event" VALUES('2026-11-22T12:01:00.000000+00:00','started','session-abcdef','','','','https://api.example/v0.4','org-1','project-1','key-1','default');
CREATE TABLE intent (
    id INTEGER PRIMARY KEY, state TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL, born TEXT NOT NULL,
    base_url TEXT NOT NULL, organization_id TEXT, project_id TEXT, key_id TEXT, profile TEXT NOT NULL,
    backend TEXT NOT NULL,
    limit_jobs INTEGER, limit_minutes INTEGER, limit_money TEXT, limit_unit TEXT,
    label TEXT NOT NULL, asked_at TEXT NOT NULL, known_ids TEXT NOT NULL, candidates TEXT NOT NULL, session_id TEXT
    );
INSERT INTO "intent" VALUES(2968827150921202651,'opened','lab.example',4242,'boot:1','https://api.example/v0.4','org-1','project-1','key-1','default','qpu.forte-1',12,60,'30.50','usd','calibration','2026-11-22T12:00:00.000000+00:00','["older"]','[]','session-abcdef');
INSERT INTO "intent" VALUES(4038708199952386902,'uncertain','lab.example',4242,'boot:1','https://api.example/v0.4','org-1','project-1','key-1','default','qpu.forte-1',12,60,'30.50','usd','second','2026-11-22T12:00:00.000000+00:00','["older"]','["maybe"]',NULL);
CREATE TABLE queue_sample (
    base_url TEXT NOT NULL, backend TEXT NOT NULL, at TEXT NOT NULL, value REAL NOT NULL,
    PRIMARY KEY (base_url, backend, at)
    );
INSERT INTO "queue_sample" VALUES('https://api.example/v0.4','qpu.forte-1','2026-11-22T12:00:00.000000+00:00',120000.0);
CREATE TABLE session (
    id TEXT NOT NULL,
    base_url TEXT NOT NULL, organization_id TEXT, project_id TEXT, key_id TEXT, profile TEXT NOT NULL,
    here INTEGER NOT NULL DEFAULT 0, adopted INTEGER NOT NULL DEFAULT 0, label TEXT NOT NULL DEFAULT '',
    backend TEXT,
    limit_jobs INTEGER, limit_minutes INTEGER, limit_money TEXT, limit_unit TEXT,
    opened_at TEXT, attached_at TEXT, end_asked_at TEXT, ended_at TEXT,
    host TEXT NOT NULL DEFAULT '', pid INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (base_url, id)
    );
INSERT INTO "session" VALUES('session-abcdef','https://api.example/v0.4','org-1','project-1','key-1','default',1,0,'calibration','qpu.forte-1',12,60,'30.50','usd','2026-11-22T12:00:00.000000+00:00',NULL,NULL,NULL,'lab.example',4242);
CREATE INDEX intent_state ON intent (state);
CREATE INDEX creator_id ON creator (creator_id);
CREATE INDEX event_at ON event (at);
CREATE INDEX cost_session ON cost (base_url, session_id);
PRAGMA user_version = 1;
COMMIT;
