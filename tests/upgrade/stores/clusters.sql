--
-- PostgreSQL database dump
--


-- Dumped from database version 15.18 (Debian 15.18-0+deb12u1)
-- Dumped by pg_dump version 15.18 (Debian 15.18-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- Name: wfe_clusters; Type: SCHEMA; Schema: -; Owner: -
--

CREATE SCHEMA wfe_clusters;


SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: activity; Type: TABLE; Schema: wfe_clusters; Owner: -
--

CREATE TABLE wfe_clusters.activity (
    id text NOT NULL,
    name text NOT NULL,
    instance_id text NOT NULL,
    pointer_id bigint NOT NULL,
    input text NOT NULL,
    created bigint NOT NULL,
    due bigint,
    leases bigint NOT NULL,
    expires bigint NOT NULL,
    worker text
);


--
-- Name: cache; Type: TABLE; Schema: wfe_clusters; Owner: -
--

CREATE TABLE wfe_clusters.cache (
    key text NOT NULL,
    value text NOT NULL,
    expires bigint NOT NULL
);


--
-- Name: data; Type: TABLE; Schema: wfe_clusters; Owner: -
--

CREATE TABLE wfe_clusters.data (
    instance_id text NOT NULL,
    key text NOT NULL,
    superseded bigint NOT NULL,
    revision bigint NOT NULL,
    value text NOT NULL
);


--
-- Name: definition; Type: TABLE; Schema: wfe_clusters; Owner: -
--

CREATE TABLE wfe_clusters.definition (
    fingerprint text NOT NULL,
    definition_id text NOT NULL,
    version bigint NOT NULL,
    source text NOT NULL
);


--
-- Name: event; Type: TABLE; Schema: wfe_clusters; Owner: -
--

CREATE TABLE wfe_clusters.event (
    seq bigint NOT NULL,
    id text NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    payload text NOT NULL,
    effective bigint NOT NULL,
    published bigint NOT NULL,
    fanned_out boolean NOT NULL
);


--
-- Name: event_seq_seq; Type: SEQUENCE; Schema: wfe_clusters; Owner: -
--

CREATE SEQUENCE wfe_clusters.event_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: event_seq_seq; Type: SEQUENCE OWNED BY; Schema: wfe_clusters; Owner: -
--

ALTER SEQUENCE wfe_clusters.event_seq_seq OWNED BY wfe_clusters.event.seq;


--
-- Name: inbox; Type: TABLE; Schema: wfe_clusters; Owner: -
--

CREATE TABLE wfe_clusters.inbox (
    instance_id text NOT NULL,
    seq bigint NOT NULL,
    kind text NOT NULL,
    payload text NOT NULL,
    effective bigint NOT NULL,
    event_id text,
    name text NOT NULL,
    key text NOT NULL,
    dedupe text,
    consumed boolean NOT NULL
);


--
-- Name: item; Type: TABLE; Schema: wfe_clusters; Owner: -
--

CREATE TABLE wfe_clusters.item (
    instance_id text NOT NULL,
    pointer_id bigint NOT NULL,
    number bigint NOT NULL,
    "values" text NOT NULL
);


--
-- Name: log; Type: TABLE; Schema: wfe_clusters; Owner: -
--

CREATE TABLE wfe_clusters.log (
    seq bigint NOT NULL,
    instance_id text NOT NULL,
    pointer_id bigint NOT NULL,
    attempt bigint NOT NULL,
    stream text NOT NULL,
    at bigint NOT NULL,
    text text NOT NULL
);


--
-- Name: log_seq_seq; Type: SEQUENCE; Schema: wfe_clusters; Owner: -
--

CREATE SEQUENCE wfe_clusters.log_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: log_seq_seq; Type: SEQUENCE OWNED BY; Schema: wfe_clusters; Owner: -
--

ALTER SEQUENCE wfe_clusters.log_seq_seq OWNED BY wfe_clusters.log.seq;


--
-- Name: outbox; Type: TABLE; Schema: wfe_clusters; Owner: -
--

CREATE TABLE wfe_clusters.outbox (
    seq bigint NOT NULL,
    instance_id text NOT NULL,
    definition_id text NOT NULL,
    revision bigint NOT NULL,
    entries text NOT NULL
);


--
-- Name: outbox_seq_seq; Type: SEQUENCE; Schema: wfe_clusters; Owner: -
--

CREATE SEQUENCE wfe_clusters.outbox_seq_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1;


--
-- Name: outbox_seq_seq; Type: SEQUENCE OWNED BY; Schema: wfe_clusters; Owner: -
--

ALTER SEQUENCE wfe_clusters.outbox_seq_seq OWNED BY wfe_clusters.outbox.seq;


--
-- Name: pointer; Type: TABLE; Schema: wfe_clusters; Owner: -
--

CREATE TABLE wfe_clusters.pointer (
    instance_id text NOT NULL,
    id bigint NOT NULL,
    step text NOT NULL,
    status text NOT NULL,
    parent bigint NOT NULL,
    scope text NOT NULL,
    live boolean NOT NULL,
    index bigint,
    iteration bigint NOT NULL,
    attempt bigint NOT NULL,
    failures bigint NOT NULL,
    run bigint NOT NULL,
    crashes bigint NOT NULL,
    created bigint NOT NULL,
    started bigint,
    ended bigint,
    due bigint,
    outcome text,
    output text,
    state text,
    error text,
    knows bigint NOT NULL,
    undo bigint
);


--
-- Name: search_cursor; Type: TABLE; Schema: wfe_clusters; Owner: -
--

CREATE TABLE wfe_clusters.search_cursor (
    one boolean DEFAULT true NOT NULL,
    seq bigint NOT NULL,
    CONSTRAINT search_cursor_one_check CHECK (one)
);


--
-- Name: search_doc; Type: TABLE; Schema: wfe_clusters; Owner: -
--

CREATE TABLE wfe_clusters.search_doc (
    instance_id text NOT NULL,
    revision bigint NOT NULL,
    words tsvector NOT NULL
);


--
-- Name: session; Type: TABLE; Schema: wfe_clusters; Owner: -
--

CREATE TABLE wfe_clusters.session (
    id text NOT NULL,
    host text NOT NULL,
    machine text NOT NULL,
    boot text NOT NULL,
    expires bigint NOT NULL,
    address text,
    metadata text NOT NULL,
    gone bigint,
    closed boolean NOT NULL
);


--
-- Name: subscription; Type: TABLE; Schema: wfe_clusters; Owner: -
--

CREATE TABLE wfe_clusters.subscription (
    instance_id text NOT NULL,
    name text NOT NULL,
    key text NOT NULL,
    as_of bigint NOT NULL
);


--
-- Name: wfe_schema; Type: TABLE; Schema: wfe_clusters; Owner: -
--

CREATE TABLE wfe_clusters.wfe_schema (
    version_num character varying(32) NOT NULL
);


--
-- Name: workflow; Type: TABLE; Schema: wfe_clusters; Owner: -
--

CREATE TABLE wfe_clusters.workflow (
    id text NOT NULL,
    definition_id text NOT NULL,
    version bigint NOT NULL,
    fingerprint text NOT NULL,
    status text NOT NULL,
    created bigint NOT NULL,
    root_id text NOT NULL,
    digest text NOT NULL,
    reference text,
    priority bigint NOT NULL,
    tags text NOT NULL,
    parent_id text,
    parent_pointer bigint,
    owner text,
    fence bigint NOT NULL,
    revision bigint NOT NULL,
    inbox_seq bigint NOT NULL,
    pointer_seq bigint NOT NULL,
    next_due bigint,
    deadline bigint,
    ended bigint,
    error text,
    ending text,
    trace text
);


--
-- Name: event seq; Type: DEFAULT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.event ALTER COLUMN seq SET DEFAULT nextval('wfe_clusters.event_seq_seq'::regclass);


--
-- Name: log seq; Type: DEFAULT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.log ALTER COLUMN seq SET DEFAULT nextval('wfe_clusters.log_seq_seq'::regclass);


--
-- Name: outbox seq; Type: DEFAULT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.outbox ALTER COLUMN seq SET DEFAULT nextval('wfe_clusters.outbox_seq_seq'::regclass);


--
-- Data for Name: activity; Type: TABLE DATA; Schema: wfe_clusters; Owner: -
--

INSERT INTO wfe_clusters.activity VALUES
	('parent-1/3/1', 'work', 'parent-1', 3, '{"n":1}', 1795335988617493, NULL, 0, 0, NULL);


--
-- Data for Name: cache; Type: TABLE DATA; Schema: wfe_clusters; Owner: -
--



--
-- Data for Name: data; Type: TABLE DATA; Schema: wfe_clusters; Owner: -
--

INSERT INTO wfe_clusters.data VALUES
	('waiting-1', 'notes', 0, 2, '["note"]'),
	('waiting-suspended', 'notes', 0, 2, '["note"]'),
	('sleeping-1', 'notes', 0, 2, '["note"]'),
	('failed-1', 'notes', 0, 2, '["note"]'),
	('looping-1', 'items', 0, 1, '[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60,61,62,63,64,65,66,67,68,69,70,71,72,73,74,75,76,77,78,79,80,81,82,83,84,85,86,87,88,89,90,91,92,93,94,95,96,97,98,99,100,101,102,103,104,105,106,107,108,109,110,111,112,113,114,115,116,117,118,119,120,121,122,123,124,125,126,127,128,129,130,131,132,133,134,135,136,137,138,139,140,141,142,143,144,145,146,147,148,149,150,151,152,153,154,155,156,157,158,159,160,161,162,163,164,165,166,167,168,169,170,171,172,173,174,175,176,177,178,179,180,181,182,183,184,185,186,187,188,189,190,191,192,193,194,195,196,197,198,199,200,201,202,203,204,205,206,207,208,209,210,211,212,213,214,215,216,217,218,219,220,221,222,223,224,225,226,227,228,229,230,231,232,233,234,235,236,237,238,239,240,241,242,243,244,245,246,247,248,249,250,251,252,253,254,255,256,257,258,259,260,261,262,263,264,265,266,267,268,269,270,271,272,273,274,275,276,277,278,279,280,281,282,283,284,285,286,287,288,289,290,291,292,293,294,295,296,297,298,299,300,301,302,303,304,305,306,307,308,309,310,311,312,313,314,315,316,317,318,319,320,321,322,323,324,325,326,327,328,329,330,331,332,333,334,335,336,337,338,339,340,341,342,343,344,345,346,347,348,349,350,351,352,353,354,355,356,357,358,359,360,361,362,363,364,365,366,367,368,369,370,371,372,373,374,375,376,377,378,379,380,381,382,383,384,385,386,387,388,389,390,391,392,393,394,395,396,397,398,399,400,401,402,403,404,405,406,407,408,409,410,411,412,413,414,415,416,417,418,419,420,421,422,423,424,425,426,427,428,429,430,431,432,433,434,435,436,437,438,439,440,441,442,443,444,445,446,447,448,449,450,451,452,453,454,455,456,457,458,459,460,461,462,463,464,465,466,467,468,469,470,471,472,473,474,475,476,477,478,479,480,481,482,483,484,485,486,487,488,489,490,491,492,493,494,495,496,497,498,499,500,501,502,503,504,505,506,507,508,509,510,511,512,513,514,515,516,517,518,519,520,521,522,523,524,525,526,527,528,529,530,531,532,533,534,535,536,537,538,539,540,541,542,543,544,545,546,547,548,549,550,551,552,553,554,555,556,557,558,559,560,561,562,563,564,565,566,567,568,569,570,571,572,573,574,575,576,577,578,579,580,581,582,583,584,585,586,587,588,589,590,591,592,593,594,595,596,597,598,599]'),
	('saga-1', 'notes', 3, 2, '["saga/one"]'),
	('parent-1/2/1', 'from', 0, 1, '"parent"'),
	('saga-1', 'notes', 0, 3, '["saga/one","saga/two"]'),
	('parent-1/2/1', 'notes', 0, 2, '["note"]'),
	('failed-1', 'mended', 0, 3, 'false');


--
-- Data for Name: definition; Type: TABLE DATA; Schema: wfe_clusters; Owner: -
--



--
-- Data for Name: event; Type: TABLE DATA; Schema: wfe_clusters; Owner: -
--

INSERT INTO wfe_clusters.event VALUES
	(1, '01a2025d-25b3-7000-95fe-1fdd6bf853e6', 'mended', 'all', 'false', 1795335988659536, 1795335988659536, true);


--
-- Data for Name: inbox; Type: TABLE DATA; Schema: wfe_clusters; Owner: -
--

INSERT INTO wfe_clusters.inbox VALUES
	('waiting-suspended', 1, 'suspend', '', 0, NULL, '', '', NULL, true),
	('failed-1', 1, 'event', '', 1795335988659536, '01a2025d-25b3-7000-95fe-1fdd6bf853e6', 'mended', 'all', NULL, true);


--
-- Data for Name: item; Type: TABLE DATA; Schema: wfe_clusters; Owner: -
--

INSERT INTO wfe_clusters.item VALUES
	('looping-1', 1, 0, '[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31,32,33,34,35,36,37,38,39,40,41,42,43,44,45,46,47,48,49,50,51,52,53,54,55,56,57,58,59,60,61,62,63,64,65,66,67,68,69,70,71,72,73,74,75,76,77,78,79,80,81,82,83,84,85,86,87,88,89,90,91,92,93,94,95,96,97,98,99,100,101,102,103,104,105,106,107,108,109,110,111,112,113,114,115,116,117,118,119,120,121,122,123,124,125,126,127,128,129,130,131,132,133,134,135,136,137,138,139,140,141,142,143,144,145,146,147,148,149,150,151,152,153,154,155,156,157,158,159,160,161,162,163,164,165,166,167,168,169,170,171,172,173,174,175,176,177,178,179,180,181,182,183,184,185,186,187,188,189,190,191,192,193,194,195,196,197,198,199,200,201,202,203,204,205,206,207,208,209,210,211,212,213,214,215,216,217,218,219,220,221,222,223,224,225,226,227,228,229,230,231,232,233,234,235,236,237,238,239,240,241,242,243,244,245,246,247,248,249,250,251,252,253,254,255]'),
	('looping-1', 1, 1, '[256,257,258,259,260,261,262,263,264,265,266,267,268,269,270,271,272,273,274,275,276,277,278,279,280,281,282,283,284,285,286,287,288,289,290,291,292,293,294,295,296,297,298,299,300,301,302,303,304,305,306,307,308,309,310,311,312,313,314,315,316,317,318,319,320,321,322,323,324,325,326,327,328,329,330,331,332,333,334,335,336,337,338,339,340,341,342,343,344,345,346,347,348,349,350,351,352,353,354,355,356,357,358,359,360,361,362,363,364,365,366,367,368,369,370,371,372,373,374,375,376,377,378,379,380,381,382,383,384,385,386,387,388,389,390,391,392,393,394,395,396,397,398,399,400,401,402,403,404,405,406,407,408,409,410,411,412,413,414,415,416,417,418,419,420,421,422,423,424,425,426,427,428,429,430,431,432,433,434,435,436,437,438,439,440,441,442,443,444,445,446,447,448,449,450,451,452,453,454,455,456,457,458,459,460,461,462,463,464,465,466,467,468,469,470,471,472,473,474,475,476,477,478,479,480,481,482,483,484,485,486,487,488,489,490,491,492,493,494,495,496,497,498,499,500,501,502,503,504,505,506,507,508,509,510,511]'),
	('looping-1', 1, 2, '[512,513,514,515,516,517,518,519,520,521,522,523,524,525,526,527,528,529,530,531,532,533,534,535,536,537,538,539,540,541,542,543,544,545,546,547,548,549,550,551,552,553,554,555,556,557,558,559,560,561,562,563,564,565,566,567,568,569,570,571,572,573,574,575,576,577,578,579,580,581,582,583,584,585,586,587,588,589,590,591,592,593,594,595,596,597,598,599]');


--
-- Data for Name: log; Type: TABLE DATA; Schema: wfe_clusters; Owner: -
--



--
-- Data for Name: outbox; Type: TABLE DATA; Schema: wfe_clusters; Owner: -
--

INSERT INTO wfe_clusters.outbox VALUES
	(762314753, 'waiting-1', 'waiting', 1, '[["workflow.started",1795335988370115,null,null,null,null],["step.started",1795335988370115,"note",1,1,null]]'),
	(764411906, 'waiting-1', 'waiting', 2, '[["step.completed",1795335988450113,"note",1,1,null],["step.started",1795335988450113,"go",2,1,null],["step.waiting",1795335988450113,"go",2,1,{"event":"go","key":"all"}]]'),
	(764411907, 'waiting-suspended', 'waiting', 1, '[["workflow.started",1795335988450258,null,null,null,null],["step.started",1795335988450258,"note",1,1,null]]'),
	(766509060, 'waiting-suspended', 'waiting', 2, '[["step.completed",1795335988497443,"note",1,1,null],["step.started",1795335988497443,"go",2,1,null],["step.waiting",1795335988497443,"go",2,1,{"event":"go","key":"all"}]]'),
	(766509061, 'sleeping-1', 'sleeping', 1, '[["workflow.started",1795335988497579,null,null,null,null],["step.started",1795335988497579,"note",1,1,null]]'),
	(768606214, 'sleeping-1', 'sleeping', 2, '[["step.completed",1795335988525851,"note",1,1,null],["step.started",1795335988525851,"delay",2,1,null],["step.sleeping",1795335988525851,"delay",2,1,{"due":1795336018525851}]]'),
	(768606215, 'asking-1', 'asking', 1, '[["workflow.started",1795335988525968,null,null,null,null],["step.started",1795335988525968,"ask",1,1,null]]'),
	(770703368, 'asking-1', 'asking', 2, '[["step.waiting",1795335988532370,"ask",1,1,{"event":"answer","key":"asking-1"}]]'),
	(770703369, 'failed-1', 'failed', 1, '[["workflow.started",1795335988532435,null,null,null,null],["step.started",1795335988532435,"note",1,1,null]]'),
	(772800522, 'failed-1', 'failed', 2, '[["step.completed",1795335988557114,"note",1,1,null],["step.started",1795335988557114,"mended",2,1,null],["step.waiting",1795335988557114,"mended",2,1,{"event":"mended","key":"all"}]]'),
	(772800523, 'looping-1', 'looping', 1, '[["workflow.started",1795335988557237,null,null,null,null],["step.started",1795335988557237,"each",1,1,null],["step.started",1795335988557237,"each/first",2,1,null],["step.started",1795335988557237,"each/first",3,1,null]]'),
	(774897676, 'looping-1', 'looping', 2, '[["step.completed",1795335988590253,"each/first",2,1,null],["step.skipped",1795335988590253,"each/go",4,0,null],["step.started",1795335988590253,"each/second",5,1,null],["step.completed",1795335988590253,"each/first",3,1,null],["step.skipped",1795335988590253,"each/go",6,0,null],["step.started",1795335988590253,"each/second",7,1,null]]'),
	(774897677, 'saga-1', 'saga', 1, '[["workflow.started",1795335988590442,null,null,null,null],["step.started",1795335988590442,"saga",1,1,null],["step.started",1795335988590442,"saga/one",2,1,null]]'),
	(776994830, 'looping-1', 'looping', 3, '[["step.completed",1795335988601202,"each/second",5,1,null],["step.started",1795335988601202,"each/first",8,1,null],["step.completed",1795335988601202,"each/second",7,1,null],["step.started",1795335988601202,"each/first",9,1,null]]'),
	(776994831, 'saga-1', 'saga', 2, '[["step.completed",1795335988601355,"saga/one",2,1,null],["step.started",1795335988601355,"saga/two",3,1,null]]'),
	(779091984, 'parent-1', 'parent', 1, '[["workflow.started",1795335988617493,null,null,null,null],["step.started",1795335988617493,"parallel",1,1,null],["step.started",1795335988617493,"parallel/child",2,1,null],["step.waiting",1795335988617493,"parallel/child",2,1,{"child":"parent-1/2/1"}],["step.started",1795335988617493,"parallel/work",3,1,null],["step.waiting",1795335988617493,"parallel/work",3,1,{"activity":"work"}]]'),
	(779091985, 'parent-1/2/1', 'child', 1, '[["workflow.started",1795335988617493,null,null,null,null],["step.started",1795335988617493,"note",1,1,null]]'),
	(779091986, 'looping-1', 'looping', 4, '[["step.completed",1795335988617829,"each/first",8,1,null],["step.skipped",1795335988617829,"each/go",10,0,null],["step.started",1795335988617829,"each/second",11,1,null],["step.completed",1795335988617829,"each/first",9,1,null],["step.skipped",1795335988617829,"each/go",12,0,null],["step.started",1795335988617829,"each/second",13,1,null]]'),
	(779091987, 'saga-1', 'saga', 3, '[["step.completed",1795335988617953,"saga/two",3,1,null],["step.started",1795335988617953,"saga/go",4,1,null],["step.waiting",1795335988617953,"saga/go",4,1,{"event":"go","key":"all"}]]'),
	(782237716, 'parent-1/2/1', 'child', 2, '[["step.completed",1795335988635246,"note",1,1,null],["step.started",1795335988635246,"go",2,1,null],["step.waiting",1795335988635246,"go",2,1,{"event":"go","key":"all"}]]'),
	(782237717, 'looping-1', 'looping', 5, '[["step.completed",1795335988635364,"each/second",11,1,null],["step.started",1795335988635364,"each/first",14,1,null],["step.completed",1795335988635364,"each/second",13,1,null],["step.started",1795335988635364,"each/first",15,1,null]]'),
	(788529174, 'waiting-suspended', 'waiting', 3, '[["workflow.suspended",1795335988766626,null,null,null,{"reason":""}]]'),
	(788529175, 'failed-1', 'failed', 3, '[["step.completed",1795335988766731,"mended",2,1,null],["step.started",1795335988766731,"fail_first",3,1,null]]'),
	(788529176, 'looping-1', 'looping', 6, '[["step.completed",1795335988766872,"each/first",14,1,null],["step.skipped",1795335988766872,"each/go",16,0,null],["step.started",1795335988766872,"each/second",17,1,null],["step.completed",1795335988766872,"each/first",15,1,null],["step.skipped",1795335988766872,"each/go",18,0,null],["step.started",1795335988766872,"each/second",19,1,null]]'),
	(790626329, 'failed-1', 'failed', 4, '[["step.failed",1795335988804456,"fail_first",3,1,{"type":"StepError","message":"not mended yet"}],["workflow.failed",1795335988804456,null,null,null,{"type":"StepError","message":"not mended yet","step_key":"fail_first"}]]'),
	(790626330, 'looping-1', 'looping', 7, '[["step.completed",1795335988804560,"each/second",17,1,null],["step.started",1795335988804560,"each/first",20,1,null],["step.completed",1795335988804560,"each/second",19,1,null],["step.started",1795335988804560,"each/first",21,1,null]]'),
	(792723483, 'looping-1', 'looping', 8, '[["step.completed",1795335988826644,"each/first",20,1,null],["step.skipped",1795335988826644,"each/go",22,0,null],["step.started",1795335988826644,"each/second",23,1,null],["step.completed",1795335988826644,"each/first",21,1,null],["step.skipped",1795335988826644,"each/go",24,0,null],["step.started",1795335988826644,"each/second",25,1,null]]'),
	(794820636, 'looping-1', 'looping', 9, '[["step.completed",1795335988844043,"each/second",23,1,null],["step.started",1795335988844043,"each/first",26,1,null],["step.completed",1795335988844043,"each/second",25,1,null],["step.started",1795335988844043,"each/first",27,1,null]]'),
	(796917789, 'looping-1', 'looping', 10, '[["step.completed",1795335988860904,"each/first",26,1,null],["step.skipped",1795335988860904,"each/go",28,0,null],["step.started",1795335988860904,"each/second",29,1,null],["step.completed",1795335988860904,"each/first",27,1,null],["step.skipped",1795335988860904,"each/go",30,0,null],["step.started",1795335988860904,"each/second",31,1,null]]'),
	(799014942, 'looping-1', 'looping', 11, '[["step.completed",1795335988874023,"each/second",29,1,null],["step.started",1795335988874023,"each/first",32,1,null],["step.completed",1795335988874023,"each/second",31,1,null],["step.started",1795335988874023,"each/first",33,1,null]]'),
	(801112095, 'looping-1', 'looping', 12, '[["step.completed",1795335988886835,"each/first",32,1,null],["step.skipped",1795335988886835,"each/go",34,0,null],["step.started",1795335988886835,"each/second",35,1,null],["step.completed",1795335988886835,"each/first",33,1,null],["step.skipped",1795335988886835,"each/go",36,0,null],["step.started",1795335988886835,"each/second",37,1,null]]'),
	(807403554, 'looping-1', 'looping', 15, '[["step.completed",1795335988946843,"each/second",41,1,null],["step.started",1795335988946843,"each/first",44,1,null],["step.completed",1795335988946843,"each/second",43,1,null],["step.started",1795335988946843,"each/first",45,1,null]]'),
	(813695013, 'looping-1', 'looping', 18, '[["step.completed",1795335988994032,"each/first",50,1,null],["step.skipped",1795335988994032,"each/go",52,0,null],["step.started",1795335988994032,"each/second",53,1,null],["step.completed",1795335988994032,"each/first",51,1,null],["step.skipped",1795335988994032,"each/go",54,0,null],["step.started",1795335988994032,"each/second",55,1,null]]'),
	(815792166, 'looping-1', 'looping', 19, '[["step.completed",1795335989013225,"each/second",53,1,null],["step.started",1795335989013225,"each/first",56,1,null],["step.completed",1795335989013225,"each/second",55,1,null],["step.started",1795335989013225,"each/first",57,1,null]]'),
	(817889319, 'looping-1', 'looping', 20, '[["step.completed",1795335989030491,"each/first",56,1,null],["step.skipped",1795335989030491,"each/go",58,0,null],["step.started",1795335989030491,"each/second",59,1,null],["step.completed",1795335989030491,"each/first",57,1,null],["step.skipped",1795335989030491,"each/go",60,0,null],["step.started",1795335989030491,"each/second",61,1,null]]'),
	(824180778, 'looping-1', 'looping', 23, '[["step.completed",1795335989088689,"each/second",65,1,null],["step.started",1795335989088689,"each/first",68,1,null],["step.completed",1795335989088689,"each/second",67,1,null],["step.started",1795335989088689,"each/first",69,1,null]]'),
	(826277931, 'looping-1', 'looping', 24, '[["step.completed",1795335989113309,"each/first",68,1,null],["step.skipped",1795335989113309,"each/go",70,0,null],["step.started",1795335989113309,"each/second",71,1,null],["step.completed",1795335989113309,"each/first",69,1,null],["step.skipped",1795335989113309,"each/go",72,0,null],["step.started",1795335989113309,"each/second",73,1,null]]'),
	(828375084, 'looping-1', 'looping', 25, '[["step.completed",1795335989129736,"each/second",71,1,null],["step.started",1795335989129736,"each/first",74,1,null],["step.completed",1795335989129736,"each/second",73,1,null],["step.started",1795335989129736,"each/first",75,1,null]]'),
	(830472237, 'looping-1', 'looping', 26, '[["step.completed",1795335989142504,"each/first",74,1,null],["step.skipped",1795335989142504,"each/go",76,0,null],["step.started",1795335989142504,"each/second",77,1,null],["step.completed",1795335989142504,"each/first",75,1,null],["step.skipped",1795335989142504,"each/go",78,0,null],["step.started",1795335989142504,"each/second",79,1,null]]'),
	(836763696, 'looping-1', 'looping', 29, '[["step.completed",1795335989186012,"each/second",83,1,null],["step.started",1795335989186012,"each/first",86,1,null],["step.completed",1795335989186012,"each/second",85,1,null],["step.started",1795335989186012,"each/first",87,1,null]]'),
	(838860849, 'looping-1', 'looping', 30, '[["step.completed",1795335989196190,"each/first",86,1,null],["step.skipped",1795335989196190,"each/go",88,0,null],["step.started",1795335989196190,"each/second",89,1,null],["step.completed",1795335989196190,"each/first",87,1,null],["step.skipped",1795335989196190,"each/go",90,0,null],["step.started",1795335989196190,"each/second",91,1,null]]'),
	(840958002, 'looping-1', 'looping', 31, '[["step.completed",1795335989217402,"each/second",89,1,null],["step.started",1795335989217402,"each/first",92,1,null],["step.completed",1795335989217402,"each/second",91,1,null],["step.started",1795335989217402,"each/first",93,1,null]]'),
	(847249461, 'looping-1', 'looping', 34, '[["step.completed",1795335989256868,"each/first",98,1,null],["step.skipped",1795335989256868,"each/go",100,0,null],["step.started",1795335989256868,"each/second",101,1,null],["step.completed",1795335989256868,"each/first",99,1,null],["step.skipped",1795335989256868,"each/go",102,0,null],["step.started",1795335989256868,"each/second",103,1,null]]'),
	(849346614, 'looping-1', 'looping', 35, '[["step.completed",1795335989270269,"each/second",101,1,null],["step.started",1795335989270269,"each/first",104,1,null],["step.completed",1795335989270269,"each/second",103,1,null],["step.started",1795335989270269,"each/first",105,1,null]]'),
	(878706756, 'looping-1', 'looping', 49, '[["step.completed",1795335989446338,"each/second",143,1,null],["step.started",1795335989446338,"each/first",146,1,null],["step.completed",1795335989446338,"each/second",145,1,null],["step.started",1795335989446338,"each/first",147,1,null]]'),
	(880803909, 'looping-1', 'looping', 50, '[["step.completed",1795335989459368,"each/first",146,1,null],["step.skipped",1795335989459368,"each/go",148,0,null],["step.started",1795335989459368,"each/second",149,1,null],["step.completed",1795335989459368,"each/first",147,1,null],["step.skipped",1795335989459368,"each/go",150,0,null],["step.started",1795335989459368,"each/second",151,1,null]]'),
	(882901062, 'looping-1', 'looping', 51, '[["step.completed",1795335989468571,"each/second",149,1,null],["step.started",1795335989468571,"each/first",152,1,null],["step.completed",1795335989468571,"each/second",151,1,null],["step.started",1795335989468571,"each/first",153,1,null]]'),
	(884998215, 'looping-1', 'looping', 52, '[["step.completed",1795335989478011,"each/first",152,1,null],["step.skipped",1795335989478011,"each/go",154,0,null],["step.started",1795335989478011,"each/second",155,1,null],["step.completed",1795335989478011,"each/first",153,1,null],["step.skipped",1795335989478011,"each/go",156,0,null],["step.started",1795335989478011,"each/second",157,1,null]]'),
	(887095368, 'looping-1', 'looping', 53, '[["step.completed",1795335989481594,"each/second",155,1,null],["step.started",1795335989481594,"each/first",158,1,null],["step.completed",1795335989481594,"each/second",157,1,null],["step.started",1795335989481594,"each/first",159,1,null]]'),
	(889192521, 'looping-1', 'looping', 54, '[["step.completed",1795335989492282,"each/first",158,1,null],["step.skipped",1795335989492282,"each/go",160,0,null],["step.started",1795335989492282,"each/second",161,1,null],["step.completed",1795335989492282,"each/first",159,1,null],["step.skipped",1795335989492282,"each/go",162,0,null],["step.started",1795335989492282,"each/second",163,1,null]]'),
	(891289674, 'looping-1', 'looping', 55, '[["step.completed",1795335989508132,"each/second",161,1,null],["step.started",1795335989508132,"each/first",164,1,null],["step.completed",1795335989508132,"each/second",163,1,null],["step.started",1795335989508132,"each/first",165,1,null]]'),
	(893386827, 'looping-1', 'looping', 56, '[["step.completed",1795335989518826,"each/first",164,1,null],["step.skipped",1795335989518826,"each/go",166,0,null],["step.started",1795335989518826,"each/second",167,1,null],["step.completed",1795335989518826,"each/first",165,1,null],["step.skipped",1795335989518826,"each/go",168,0,null],["step.started",1795335989518826,"each/second",169,1,null]]'),
	(803209248, 'looping-1', 'looping', 13, '[["step.completed",1795335988919564,"each/second",35,1,null],["step.started",1795335988919564,"each/first",38,1,null],["step.completed",1795335988919564,"each/second",37,1,null],["step.started",1795335988919564,"each/first",39,1,null]]'),
	(805306401, 'looping-1', 'looping', 14, '[["step.completed",1795335988938725,"each/first",38,1,null],["step.skipped",1795335988938725,"each/go",40,0,null],["step.started",1795335988938725,"each/second",41,1,null],["step.completed",1795335988938725,"each/first",39,1,null],["step.skipped",1795335988938725,"each/go",42,0,null],["step.started",1795335988938725,"each/second",43,1,null]]'),
	(809500707, 'looping-1', 'looping', 16, '[["step.completed",1795335988959046,"each/first",44,1,null],["step.skipped",1795335988959046,"each/go",46,0,null],["step.started",1795335988959046,"each/second",47,1,null],["step.completed",1795335988959046,"each/first",45,1,null],["step.skipped",1795335988959046,"each/go",48,0,null],["step.started",1795335988959046,"each/second",49,1,null]]'),
	(811597860, 'looping-1', 'looping', 17, '[["step.completed",1795335988986312,"each/second",47,1,null],["step.started",1795335988986312,"each/first",50,1,null],["step.completed",1795335988986312,"each/second",49,1,null],["step.started",1795335988986312,"each/first",51,1,null]]'),
	(819986472, 'looping-1', 'looping', 21, '[["step.completed",1795335989048401,"each/second",59,1,null],["step.started",1795335989048401,"each/first",62,1,null],["step.completed",1795335989048401,"each/second",61,1,null],["step.started",1795335989048401,"each/first",63,1,null]]'),
	(822083625, 'looping-1', 'looping', 22, '[["step.completed",1795335989064858,"each/first",62,1,null],["step.skipped",1795335989064858,"each/go",64,0,null],["step.started",1795335989064858,"each/second",65,1,null],["step.completed",1795335989064858,"each/first",63,1,null],["step.skipped",1795335989064858,"each/go",66,0,null],["step.started",1795335989064858,"each/second",67,1,null]]'),
	(832569390, 'looping-1', 'looping', 27, '[["step.completed",1795335989155343,"each/second",77,1,null],["step.started",1795335989155343,"each/first",80,1,null],["step.completed",1795335989155343,"each/second",79,1,null],["step.started",1795335989155343,"each/first",81,1,null]]'),
	(834666543, 'looping-1', 'looping', 28, '[["step.completed",1795335989175341,"each/first",80,1,null],["step.skipped",1795335989175341,"each/go",82,0,null],["step.started",1795335989175341,"each/second",83,1,null],["step.completed",1795335989175341,"each/first",81,1,null],["step.skipped",1795335989175341,"each/go",84,0,null],["step.started",1795335989175341,"each/second",85,1,null]]'),
	(843055155, 'looping-1', 'looping', 32, '[["step.completed",1795335989227412,"each/first",92,1,null],["step.skipped",1795335989227412,"each/go",94,0,null],["step.started",1795335989227412,"each/second",95,1,null],["step.completed",1795335989227412,"each/first",93,1,null],["step.skipped",1795335989227412,"each/go",96,0,null],["step.started",1795335989227412,"each/second",97,1,null]]'),
	(845152308, 'looping-1', 'looping', 33, '[["step.completed",1795335989247041,"each/second",95,1,null],["step.started",1795335989247041,"each/first",98,1,null],["step.completed",1795335989247041,"each/second",97,1,null],["step.started",1795335989247041,"each/first",99,1,null]]'),
	(851443767, 'looping-1', 'looping', 36, '[["step.completed",1795335989294991,"each/first",104,1,null],["step.skipped",1795335989294991,"each/go",106,0,null],["step.started",1795335989294991,"each/second",107,1,null],["step.completed",1795335989294991,"each/first",105,1,null],["step.skipped",1795335989294991,"each/go",108,0,null],["step.started",1795335989294991,"each/second",109,1,null]]'),
	(853540920, 'looping-1', 'looping', 37, '[["step.completed",1795335989309599,"each/second",107,1,null],["step.started",1795335989309599,"each/first",110,1,null],["step.completed",1795335989309599,"each/second",109,1,null],["step.started",1795335989309599,"each/first",111,1,null]]'),
	(855638073, 'looping-1', 'looping', 38, '[["step.completed",1795335989327853,"each/first",110,1,null],["step.skipped",1795335989327853,"each/go",112,0,null],["step.started",1795335989327853,"each/second",113,1,null],["step.completed",1795335989327853,"each/first",111,1,null],["step.skipped",1795335989327853,"each/go",114,0,null],["step.started",1795335989327853,"each/second",115,1,null]]'),
	(857735226, 'looping-1', 'looping', 39, '[["step.completed",1795335989336288,"each/second",113,1,null],["step.started",1795335989336288,"each/first",116,1,null],["step.completed",1795335989336288,"each/second",115,1,null],["step.started",1795335989336288,"each/first",117,1,null]]'),
	(859832379, 'looping-1', 'looping', 40, '[["step.completed",1795335989350197,"each/first",116,1,null],["step.skipped",1795335989350197,"each/go",118,0,null],["step.started",1795335989350197,"each/second",119,1,null],["step.completed",1795335989350197,"each/first",117,1,null],["step.skipped",1795335989350197,"each/go",120,0,null],["step.started",1795335989350197,"each/second",121,1,null]]'),
	(861929532, 'looping-1', 'looping', 41, '[["step.completed",1795335989370370,"each/second",119,1,null],["step.started",1795335989370370,"each/first",122,1,null],["step.completed",1795335989370370,"each/second",121,1,null],["step.started",1795335989370370,"each/first",123,1,null]]'),
	(864026685, 'looping-1', 'looping', 42, '[["step.completed",1795335989378345,"each/first",122,1,null],["step.skipped",1795335989378345,"each/go",124,0,null],["step.started",1795335989378345,"each/second",125,1,null],["step.completed",1795335989378345,"each/first",123,1,null],["step.skipped",1795335989378345,"each/go",126,0,null],["step.started",1795335989378345,"each/second",127,1,null]]'),
	(866123838, 'looping-1', 'looping', 43, '[["step.completed",1795335989386651,"each/second",125,1,null],["step.started",1795335989386651,"each/first",128,1,null],["step.completed",1795335989386651,"each/second",127,1,null],["step.started",1795335989386651,"each/first",129,1,null]]'),
	(868220991, 'looping-1', 'looping', 44, '[["step.completed",1795335989399922,"each/first",128,1,null],["step.skipped",1795335989399922,"each/go",130,0,null],["step.started",1795335989399922,"each/second",131,1,null],["step.completed",1795335989399922,"each/first",129,1,null],["step.skipped",1795335989399922,"each/go",132,0,null],["step.started",1795335989399922,"each/second",133,1,null]]'),
	(870318144, 'looping-1', 'looping', 45, '[["step.completed",1795335989411104,"each/second",131,1,null],["step.started",1795335989411104,"each/first",134,1,null],["step.completed",1795335989411104,"each/second",133,1,null],["step.started",1795335989411104,"each/first",135,1,null]]'),
	(872415297, 'looping-1', 'looping', 46, '[["step.completed",1795335989418024,"each/first",134,1,null],["step.skipped",1795335989418024,"each/go",136,0,null],["step.started",1795335989418024,"each/second",137,1,null],["step.completed",1795335989418024,"each/first",135,1,null],["step.skipped",1795335989418024,"each/go",138,0,null],["step.started",1795335989418024,"each/second",139,1,null]]'),
	(874512450, 'looping-1', 'looping', 47, '[["step.completed",1795335989430814,"each/second",137,1,null],["step.started",1795335989430814,"each/first",140,1,null],["step.completed",1795335989430814,"each/second",139,1,null],["step.started",1795335989430814,"each/first",141,1,null]]'),
	(876609603, 'looping-1', 'looping', 48, '[["step.completed",1795335989438166,"each/first",140,1,null],["step.skipped",1795335989438166,"each/go",142,0,null],["step.started",1795335989438166,"each/second",143,1,null],["step.completed",1795335989438166,"each/first",141,1,null],["step.skipped",1795335989438166,"each/go",144,0,null],["step.started",1795335989438166,"each/second",145,1,null]]'),
	(895483980, 'looping-1', 'looping', 57, '[["step.completed",1795335989531440,"each/second",167,1,null],["step.started",1795335989531440,"each/first",170,1,null],["step.completed",1795335989531440,"each/second",169,1,null],["step.started",1795335989531440,"each/first",171,1,null]]'),
	(910164051, 'looping-1', 'looping', 64, '[["step.completed",1795335989597979,"each/first",188,1,null],["step.skipped",1795335989597979,"each/go",190,0,null],["step.started",1795335989597979,"each/second",191,1,null],["step.completed",1795335989597979,"each/first",189,1,null],["step.skipped",1795335989597979,"each/go",192,0,null],["step.started",1795335989597979,"each/second",193,1,null]]'),
	(914358357, 'looping-1', 'looping', 66, '[["step.completed",1795335989624178,"each/first",194,1,null],["step.skipped",1795335989624178,"each/go",196,0,null],["step.started",1795335989624178,"each/second",197,1,null],["step.completed",1795335989624178,"each/first",195,1,null],["step.skipped",1795335989624178,"each/go",198,0,null],["step.started",1795335989624178,"each/second",199,1,null]]'),
	(916455510, 'looping-1', 'looping', 67, '[["step.completed",1795335989634875,"each/second",197,1,null],["step.started",1795335989634875,"each/first",200,1,null],["step.completed",1795335989634875,"each/second",199,1,null],["step.started",1795335989634875,"each/first",201,1,null]]'),
	(918552663, 'looping-1', 'looping', 68, '[["step.completed",1795335989644864,"each/first",200,1,null],["step.skipped",1795335989644864,"each/go",202,0,null],["step.started",1795335989644864,"each/second",203,1,null],["step.completed",1795335989644864,"each/first",201,1,null],["step.skipped",1795335989644864,"each/go",204,0,null],["step.started",1795335989644864,"each/second",205,1,null]]'),
	(933232734, 'looping-1', 'looping', 75, '[["step.completed",1795335989706891,"each/second",221,1,null],["step.started",1795335989706891,"each/first",224,1,null],["step.completed",1795335989706891,"each/second",223,1,null],["step.started",1795335989706891,"each/first",225,1,null]]'),
	(939524193, 'looping-1', 'looping', 78, '[["step.completed",1795335989729056,"each/first",230,1,null],["step.skipped",1795335989729056,"each/go",232,0,null],["step.started",1795335989729056,"each/second",233,1,null],["step.completed",1795335989729056,"each/first",231,1,null],["step.skipped",1795335989729056,"each/go",234,0,null],["step.started",1795335989729056,"each/second",235,1,null]]'),
	(941621346, 'looping-1', 'looping', 79, '[["step.completed",1795335989746103,"each/second",233,1,null],["step.started",1795335989746103,"each/first",236,1,null],["step.completed",1795335989746103,"each/second",235,1,null],["step.started",1795335989746103,"each/first",237,1,null]]'),
	(947912805, 'looping-1', 'looping', 82, '[["step.completed",1795335989776970,"each/first",242,1,null],["step.skipped",1795335989776970,"each/go",244,0,null],["step.started",1795335989776970,"each/second",245,1,null],["step.completed",1795335989776970,"each/first",243,1,null],["step.skipped",1795335989776970,"each/go",246,0,null],["step.started",1795335989776970,"each/second",247,1,null]]'),
	(952107111, 'looping-1', 'looping', 84, '[["step.completed",1795335989791533,"each/first",248,1,null],["step.skipped",1795335989791533,"each/go",250,0,null],["step.started",1795335989791533,"each/second",251,1,null],["step.completed",1795335989791533,"each/first",249,1,null],["step.skipped",1795335989791533,"each/go",252,0,null],["step.started",1795335989791533,"each/second",253,1,null]]'),
	(954204264, 'looping-1', 'looping', 85, '[["step.completed",1795335989804164,"each/second",251,1,null],["step.started",1795335989804164,"each/first",254,1,null],["step.completed",1795335989804164,"each/second",253,1,null],["step.started",1795335989804164,"each/first",255,1,null]]'),
	(956301417, 'looping-1', 'looping', 86, '[["step.completed",1795335989819053,"each/first",254,1,null],["step.skipped",1795335989819053,"each/go",256,0,null],["step.started",1795335989819053,"each/second",257,1,null],["step.completed",1795335989819053,"each/first",255,1,null],["step.skipped",1795335989819053,"each/go",258,0,null],["step.started",1795335989819053,"each/second",259,1,null]]'),
	(962592876, 'looping-1', 'looping', 89, '[["step.completed",1795335989839651,"each/second",263,1,null],["step.started",1795335989839651,"each/first",266,1,null],["step.completed",1795335989839651,"each/second",265,1,null],["step.started",1795335989839651,"each/first",267,1,null]]'),
	(964690029, 'looping-1', 'looping', 90, '[["step.completed",1795335989858614,"each/first",266,1,null],["step.skipped",1795335989858614,"each/go",268,0,null],["step.started",1795335989858614,"each/second",269,1,null],["step.completed",1795335989858614,"each/first",267,1,null],["step.skipped",1795335989858614,"each/go",270,0,null],["step.started",1795335989858614,"each/second",271,1,null]]'),
	(966787182, 'looping-1', 'looping', 91, '[["step.completed",1795335989870850,"each/second",269,1,null],["step.started",1795335989870850,"each/first",272,1,null],["step.completed",1795335989870850,"each/second",271,1,null],["step.started",1795335989870850,"each/first",273,1,null]]'),
	(897581133, 'looping-1', 'looping', 58, '[["step.completed",1795335989541906,"each/first",170,1,null],["step.skipped",1795335989541906,"each/go",172,0,null],["step.started",1795335989541906,"each/second",173,1,null],["step.completed",1795335989541906,"each/first",171,1,null],["step.skipped",1795335989541906,"each/go",174,0,null],["step.started",1795335989541906,"each/second",175,1,null]]'),
	(899678286, 'looping-1', 'looping', 59, '[["step.completed",1795335989547281,"each/second",173,1,null],["step.started",1795335989547281,"each/first",176,1,null],["step.completed",1795335989547281,"each/second",175,1,null],["step.started",1795335989547281,"each/first",177,1,null]]'),
	(901775439, 'looping-1', 'looping', 60, '[["step.completed",1795335989562041,"each/first",176,1,null],["step.skipped",1795335989562041,"each/go",178,0,null],["step.started",1795335989562041,"each/second",179,1,null],["step.completed",1795335989562041,"each/first",177,1,null],["step.skipped",1795335989562041,"each/go",180,0,null],["step.started",1795335989562041,"each/second",181,1,null]]'),
	(903872592, 'looping-1', 'looping', 61, '[["step.completed",1795335989568365,"each/second",179,1,null],["step.started",1795335989568365,"each/first",182,1,null],["step.completed",1795335989568365,"each/second",181,1,null],["step.started",1795335989568365,"each/first",183,1,null]]'),
	(905969745, 'looping-1', 'looping', 62, '[["step.completed",1795335989575593,"each/first",182,1,null],["step.skipped",1795335989575593,"each/go",184,0,null],["step.started",1795335989575593,"each/second",185,1,null],["step.completed",1795335989575593,"each/first",183,1,null],["step.skipped",1795335989575593,"each/go",186,0,null],["step.started",1795335989575593,"each/second",187,1,null]]'),
	(908066898, 'looping-1', 'looping', 63, '[["step.completed",1795335989590198,"each/second",185,1,null],["step.started",1795335989590198,"each/first",188,1,null],["step.completed",1795335989590198,"each/second",187,1,null],["step.started",1795335989590198,"each/first",189,1,null]]'),
	(912261204, 'looping-1', 'looping', 65, '[["step.completed",1795335989617797,"each/second",191,1,null],["step.started",1795335989617797,"each/first",194,1,null],["step.completed",1795335989617797,"each/second",193,1,null],["step.started",1795335989617797,"each/first",195,1,null]]'),
	(920649816, 'looping-1', 'looping', 69, '[["step.completed",1795335989649514,"each/second",203,1,null],["step.started",1795335989649514,"each/first",206,1,null],["step.completed",1795335989649514,"each/second",205,1,null],["step.started",1795335989649514,"each/first",207,1,null]]'),
	(922746969, 'looping-1', 'looping', 70, '[["step.completed",1795335989662341,"each/first",206,1,null],["step.skipped",1795335989662341,"each/go",208,0,null],["step.started",1795335989662341,"each/second",209,1,null],["step.completed",1795335989662341,"each/first",207,1,null],["step.skipped",1795335989662341,"each/go",210,0,null],["step.started",1795335989662341,"each/second",211,1,null]]'),
	(924844122, 'looping-1', 'looping', 71, '[["step.completed",1795335989668930,"each/second",209,1,null],["step.started",1795335989668930,"each/first",212,1,null],["step.completed",1795335989668930,"each/second",211,1,null],["step.started",1795335989668930,"each/first",213,1,null]]'),
	(926941275, 'looping-1', 'looping', 72, '[["step.completed",1795335989678722,"each/first",212,1,null],["step.skipped",1795335989678722,"each/go",214,0,null],["step.started",1795335989678722,"each/second",215,1,null],["step.completed",1795335989678722,"each/first",213,1,null],["step.skipped",1795335989678722,"each/go",216,0,null],["step.started",1795335989678722,"each/second",217,1,null]]'),
	(929038428, 'looping-1', 'looping', 73, '[["step.completed",1795335989686323,"each/second",215,1,null],["step.started",1795335989686323,"each/first",218,1,null],["step.completed",1795335989686323,"each/second",217,1,null],["step.started",1795335989686323,"each/first",219,1,null]]'),
	(931135581, 'looping-1', 'looping', 74, '[["step.completed",1795335989690594,"each/first",218,1,null],["step.skipped",1795335989690594,"each/go",220,0,null],["step.started",1795335989690594,"each/second",221,1,null],["step.completed",1795335989690594,"each/first",219,1,null],["step.skipped",1795335989690594,"each/go",222,0,null],["step.started",1795335989690594,"each/second",223,1,null]]'),
	(935329887, 'looping-1', 'looping', 76, '[["step.completed",1795335989711953,"each/first",224,1,null],["step.skipped",1795335989711953,"each/go",226,0,null],["step.started",1795335989711953,"each/second",227,1,null],["step.completed",1795335989711953,"each/first",225,1,null],["step.skipped",1795335989711953,"each/go",228,0,null],["step.started",1795335989711953,"each/second",229,1,null]]'),
	(937427040, 'looping-1', 'looping', 77, '[["step.completed",1795335989720587,"each/second",227,1,null],["step.started",1795335989720587,"each/first",230,1,null],["step.completed",1795335989720587,"each/second",229,1,null],["step.started",1795335989720587,"each/first",231,1,null]]'),
	(943718499, 'looping-1', 'looping', 80, '[["step.completed",1795335989757338,"each/first",236,1,null],["step.skipped",1795335989757338,"each/go",238,0,null],["step.started",1795335989757338,"each/second",239,1,null],["step.completed",1795335989757338,"each/first",237,1,null],["step.skipped",1795335989757338,"each/go",240,0,null],["step.started",1795335989757338,"each/second",241,1,null]]'),
	(945815652, 'looping-1', 'looping', 81, '[["step.completed",1795335989765811,"each/second",239,1,null],["step.started",1795335989765811,"each/first",242,1,null],["step.completed",1795335989765811,"each/second",241,1,null],["step.started",1795335989765811,"each/first",243,1,null]]'),
	(950009958, 'looping-1', 'looping', 83, '[["step.completed",1795335989786468,"each/second",245,1,null],["step.started",1795335989786468,"each/first",248,1,null],["step.completed",1795335989786468,"each/second",247,1,null],["step.started",1795335989786468,"each/first",249,1,null]]'),
	(958398570, 'looping-1', 'looping', 87, '[["step.completed",1795335989823366,"each/second",257,1,null],["step.started",1795335989823366,"each/first",260,1,null],["step.completed",1795335989823366,"each/second",259,1,null],["step.started",1795335989823366,"each/first",261,1,null]]'),
	(960495723, 'looping-1', 'looping', 88, '[["step.completed",1795335989832735,"each/first",260,1,null],["step.skipped",1795335989832735,"each/go",262,0,null],["step.started",1795335989832735,"each/second",263,1,null],["step.completed",1795335989832735,"each/first",261,1,null],["step.skipped",1795335989832735,"each/go",264,0,null],["step.started",1795335989832735,"each/second",265,1,null]]'),
	(968884335, 'looping-1', 'looping', 92, '[["step.completed",1795335989880164,"each/first",272,1,null],["step.skipped",1795335989880164,"each/go",274,0,null],["step.started",1795335989880164,"each/second",275,1,null],["step.completed",1795335989880164,"each/first",273,1,null],["step.skipped",1795335989880164,"each/go",276,0,null],["step.started",1795335989880164,"each/second",277,1,null]]'),
	(972030064, 'looping-1', 'looping', 93, '[["step.completed",1795335989904038,"each/second",275,1,null],["step.started",1795335989904038,"each/first",278,1,null],["step.completed",1795335989904038,"each/second",277,1,null],["step.started",1795335989904038,"each/first",279,1,null]]'),
	(976224369, 'looping-1', 'looping', 94, '[["step.completed",1795335989920783,"each/first",278,1,null],["step.skipped",1795335989920783,"each/go",280,0,null],["step.started",1795335989920783,"each/second",281,1,null],["step.completed",1795335989920783,"each/first",279,1,null],["step.skipped",1795335989920783,"each/go",282,0,null],["step.started",1795335989920783,"each/second",283,1,null]]'),
	(978321522, 'looping-1', 'looping', 95, '[["step.completed",1795335989935406,"each/second",281,1,null],["step.started",1795335989935406,"each/first",284,1,null],["step.completed",1795335989935406,"each/second",283,1,null],["step.started",1795335989935406,"each/first",285,1,null]]'),
	(982515827, 'looping-1', 'looping', 96, '[["step.completed",1795335989958632,"each/first",284,1,null],["step.skipped",1795335989958632,"each/go",286,0,null],["step.started",1795335989958632,"each/second",287,1,null],["step.completed",1795335989958632,"each/first",285,1,null],["step.skipped",1795335989958632,"each/go",288,0,null],["step.started",1795335989958632,"each/second",289,1,null]]'),
	(984612980, 'looping-1', 'looping', 97, '[["step.completed",1795335989969365,"each/second",287,1,null],["step.started",1795335989969365,"each/first",290,1,null],["step.completed",1795335989969365,"each/second",289,1,null],["step.started",1795335989969365,"each/first",291,1,null]]'),
	(986710133, 'looping-1', 'looping', 98, '[["step.completed",1795335989980082,"each/first",290,1,null],["step.skipped",1795335989980082,"each/go",292,0,null],["step.started",1795335989980082,"each/second",293,1,null],["step.completed",1795335989980082,"each/first",291,1,null],["step.skipped",1795335989980082,"each/go",294,0,null],["step.started",1795335989980082,"each/second",295,1,null]]'),
	(988807286, 'looping-1', 'looping', 99, '[["step.completed",1795335989992274,"each/second",293,1,null],["step.started",1795335989992274,"each/first",296,1,null],["step.completed",1795335989992274,"each/second",295,1,null],["step.started",1795335989992274,"each/first",297,1,null]]'),
	(990904439, 'looping-1', 'looping', 100, '[["step.completed",1795335990007145,"each/first",296,1,null],["step.skipped",1795335990007145,"each/go",298,0,null],["step.started",1795335990007145,"each/second",299,1,null],["step.completed",1795335990007145,"each/first",297,1,null],["step.skipped",1795335990007145,"each/go",300,0,null],["step.started",1795335990007145,"each/second",301,1,null]]'),
	(993001592, 'looping-1', 'looping', 101, '[["step.completed",1795335990014354,"each/second",299,1,null],["step.started",1795335990014354,"each/first",302,1,null],["step.completed",1795335990014354,"each/second",301,1,null],["step.started",1795335990014354,"each/first",303,1,null]]'),
	(995098745, 'looping-1', 'looping', 102, '[["step.completed",1795335990022676,"each/first",302,1,null],["step.skipped",1795335990022676,"each/go",304,0,null],["step.started",1795335990022676,"each/second",305,1,null],["step.completed",1795335990022676,"each/first",303,1,null],["step.skipped",1795335990022676,"each/go",306,0,null],["step.started",1795335990022676,"each/second",307,1,null]]'),
	(997195898, 'looping-1', 'looping', 103, '[["step.completed",1795335990042136,"each/second",305,1,null],["step.started",1795335990042136,"each/first",308,1,null],["step.completed",1795335990042136,"each/second",307,1,null],["step.started",1795335990042136,"each/first",309,1,null]]'),
	(999293051, 'looping-1', 'looping', 104, '[["step.completed",1795335990053798,"each/first",308,1,null],["step.skipped",1795335990053798,"each/go",310,0,null],["step.started",1795335990053798,"each/second",311,1,null],["step.completed",1795335990053798,"each/first",309,1,null],["step.skipped",1795335990053798,"each/go",312,0,null],["step.started",1795335990053798,"each/second",313,1,null]]'),
	(1001390204, 'looping-1', 'looping', 105, '[["step.completed",1795335990071542,"each/second",311,1,null],["step.started",1795335990071542,"each/first",314,1,null],["step.completed",1795335990071542,"each/second",313,1,null],["step.started",1795335990071542,"each/first",315,1,null]]'),
	(1003487357, 'looping-1', 'looping', 106, '[["step.completed",1795335990095621,"each/first",314,1,null],["step.skipped",1795335990095621,"each/go",316,0,null],["step.started",1795335990095621,"each/second",317,1,null],["step.completed",1795335990095621,"each/first",315,1,null],["step.skipped",1795335990095621,"each/go",318,0,null],["step.started",1795335990095621,"each/second",319,1,null]]'),
	(1005584510, 'looping-1', 'looping', 107, '[["step.completed",1795335990106618,"each/second",317,1,null],["step.started",1795335990106618,"each/first",320,1,null],["step.completed",1795335990106618,"each/second",319,1,null],["step.started",1795335990106618,"each/first",321,1,null]]'),
	(1007681663, 'looping-1', 'looping', 108, '[["step.completed",1795335990127740,"each/first",320,1,null],["step.skipped",1795335990127740,"each/go",322,0,null],["step.started",1795335990127740,"each/second",323,1,null],["step.completed",1795335990127740,"each/first",321,1,null],["step.skipped",1795335990127740,"each/go",324,0,null],["step.started",1795335990127740,"each/second",325,1,null]]'),
	(1009778816, 'looping-1', 'looping', 109, '[["step.completed",1795335990158827,"each/second",323,1,null],["step.started",1795335990158827,"each/first",326,1,null],["step.completed",1795335990158827,"each/second",325,1,null],["step.started",1795335990158827,"each/first",327,1,null]]'),
	(1011875969, 'looping-1', 'looping', 110, '[["step.completed",1795335990171045,"each/first",326,1,null],["step.skipped",1795335990171045,"each/go",328,0,null],["step.started",1795335990171045,"each/second",329,1,null],["step.completed",1795335990171045,"each/first",327,1,null],["step.skipped",1795335990171045,"each/go",330,0,null],["step.started",1795335990171045,"each/second",331,1,null]]'),
	(1013973122, 'looping-1', 'looping', 111, '[["step.completed",1795335990177246,"each/second",329,1,null],["step.started",1795335990177246,"each/first",332,1,null],["step.completed",1795335990177246,"each/second",331,1,null],["step.started",1795335990177246,"each/first",333,1,null]]'),
	(1016070275, 'looping-1', 'looping', 112, '[["step.completed",1795335990213871,"each/first",332,1,null],["step.skipped",1795335990213871,"each/go",334,0,null],["step.started",1795335990213871,"each/second",335,1,null],["step.completed",1795335990213871,"each/first",333,1,null],["step.skipped",1795335990213871,"each/go",336,0,null],["step.started",1795335990213871,"each/second",337,1,null]]'),
	(1018167428, 'looping-1', 'looping', 113, '[["step.completed",1795335990219232,"each/second",335,1,null],["step.started",1795335990219232,"each/first",338,1,null],["step.completed",1795335990219232,"each/second",337,1,null],["step.started",1795335990219232,"each/first",339,1,null]]'),
	(1020264581, 'looping-1', 'looping', 114, '[["step.completed",1795335990226706,"each/first",338,1,null],["step.skipped",1795335990226706,"each/go",340,0,null],["step.started",1795335990226706,"each/second",341,1,null],["step.completed",1795335990226706,"each/first",339,1,null],["step.skipped",1795335990226706,"each/go",342,0,null],["step.started",1795335990226706,"each/second",343,1,null]]'),
	(1022361734, 'looping-1', 'looping', 115, '[["step.completed",1795335990234216,"each/second",341,1,null],["step.started",1795335990234216,"each/first",344,1,null],["step.completed",1795335990234216,"each/second",343,1,null],["step.started",1795335990234216,"each/first",345,1,null]]'),
	(1024458887, 'looping-1', 'looping', 116, '[["step.completed",1795335990243825,"each/first",344,1,null],["step.skipped",1795335990243825,"each/go",346,0,null],["step.started",1795335990243825,"each/second",347,1,null],["step.completed",1795335990243825,"each/first",345,1,null],["step.skipped",1795335990243825,"each/go",348,0,null],["step.started",1795335990243825,"each/second",349,1,null]]'),
	(1026556040, 'looping-1', 'looping', 117, '[["step.completed",1795335990274655,"each/second",347,1,null],["step.started",1795335990274655,"each/first",350,1,null],["step.completed",1795335990274655,"each/second",349,1,null],["step.started",1795335990274655,"each/first",351,1,null]]'),
	(1028653193, 'looping-1', 'looping', 118, '[["step.completed",1795335990302192,"each/first",350,1,null],["step.skipped",1795335990302192,"each/go",352,0,null],["step.started",1795335990302192,"each/second",353,1,null],["step.completed",1795335990302192,"each/first",351,1,null],["step.skipped",1795335990302192,"each/go",354,0,null],["step.started",1795335990302192,"each/second",355,1,null]]'),
	(1032847499, 'looping-1', 'looping', 120, '[["step.completed",1795335990326347,"each/first",356,1,null],["step.skipped",1795335990326347,"each/go",358,0,null],["step.started",1795335990326347,"each/second",359,1,null],["step.completed",1795335990326347,"each/first",357,1,null],["step.skipped",1795335990326347,"each/go",360,0,null],["step.started",1795335990326347,"each/second",361,1,null]]'),
	(1037041805, 'looping-1', 'looping', 122, '[["step.completed",1795335990359416,"each/first",362,1,null],["step.skipped",1795335990359416,"each/go",364,0,null],["step.started",1795335990359416,"each/second",365,1,null],["step.completed",1795335990359416,"each/first",363,1,null],["step.skipped",1795335990359416,"each/go",366,0,null],["step.started",1795335990359416,"each/second",367,1,null]]'),
	(1039138958, 'looping-1', 'looping', 123, '[["step.completed",1795335990379304,"each/second",365,1,null],["step.started",1795335990379304,"each/first",368,1,null],["step.completed",1795335990379304,"each/second",367,1,null],["step.started",1795335990379304,"each/first",369,1,null]]'),
	(1045430417, 'looping-1', 'looping', 126, '[["step.completed",1795335990418027,"each/first",374,1,null],["step.skipped",1795335990418027,"each/go",376,0,null],["step.started",1795335990418027,"each/second",377,1,null],["step.completed",1795335990418027,"each/first",375,1,null],["step.skipped",1795335990418027,"each/go",378,0,null],["step.started",1795335990418027,"each/second",379,1,null]]'),
	(1047527570, 'looping-1', 'looping', 127, '[["step.completed",1795335990430539,"each/second",377,1,null],["step.started",1795335990430539,"each/first",380,1,null],["step.completed",1795335990430539,"each/second",379,1,null],["step.started",1795335990430539,"each/first",381,1,null]]'),
	(1058013335, 'looping-1', 'looping', 132, '[["step.completed",1795335990508269,"each/first",392,1,null],["step.skipped",1795335990508269,"each/go",394,0,null],["step.started",1795335990508269,"each/second",395,1,null],["step.completed",1795335990508269,"each/first",393,1,null],["step.skipped",1795335990508269,"each/go",396,0,null],["step.started",1795335990508269,"each/second",397,1,null]]'),
	(1062207641, 'looping-1', 'looping', 134, '[["step.completed",1795335990523637,"each/first",398,1,null],["step.skipped",1795335990523637,"each/go",400,0,null],["step.started",1795335990523637,"each/second",401,1,null],["step.completed",1795335990523637,"each/first",399,1,null],["step.skipped",1795335990523637,"each/go",402,0,null],["step.started",1795335990523637,"each/second",403,1,null]]'),
	(1064304794, 'looping-1', 'looping', 135, '[["step.completed",1795335990542641,"each/second",401,1,null],["step.started",1795335990542641,"each/first",404,1,null],["step.completed",1795335990542641,"each/second",403,1,null],["step.started",1795335990542641,"each/first",405,1,null]]'),
	(1066401947, 'looping-1', 'looping', 136, '[["step.completed",1795335990558687,"each/first",404,1,null],["step.skipped",1795335990558687,"each/go",406,0,null],["step.started",1795335990558687,"each/second",407,1,null],["step.completed",1795335990558687,"each/first",405,1,null],["step.skipped",1795335990558687,"each/go",408,0,null],["step.started",1795335990558687,"each/second",409,1,null]]'),
	(1068499100, 'looping-1', 'looping', 137, '[["step.completed",1795335990561523,"each/second",407,1,null],["step.started",1795335990561523,"each/first",410,1,null],["step.completed",1795335990561523,"each/second",409,1,null],["step.started",1795335990561523,"each/first",411,1,null]]'),
	(1070596253, 'looping-1', 'looping', 138, '[["step.completed",1795335990570896,"each/first",410,1,null],["step.skipped",1795335990570896,"each/go",412,0,null],["step.started",1795335990570896,"each/second",413,1,null],["step.completed",1795335990570896,"each/first",411,1,null],["step.skipped",1795335990570896,"each/go",414,0,null],["step.started",1795335990570896,"each/second",415,1,null]]'),
	(1072693406, 'looping-1', 'looping', 139, '[["step.completed",1795335990583012,"each/second",413,1,null],["step.started",1795335990583012,"each/first",416,1,null],["step.completed",1795335990583012,"each/second",415,1,null],["step.started",1795335990583012,"each/first",417,1,null]]'),
	(1087373477, 'looping-1', 'looping', 146, '[["step.completed",1795335990693978,"each/first",434,1,null],["step.skipped",1795335990693978,"each/go",436,0,null],["step.started",1795335990693978,"each/second",437,1,null],["step.completed",1795335990693978,"each/first",435,1,null],["step.skipped",1795335990693978,"each/go",438,0,null],["step.started",1795335990693978,"each/second",439,1,null]]'),
	(1089470630, 'looping-1', 'looping', 147, '[["step.completed",1795335990701121,"each/second",437,1,null],["step.started",1795335990701121,"each/first",440,1,null],["step.completed",1795335990701121,"each/second",439,1,null],["step.started",1795335990701121,"each/first",441,1,null]]'),
	(1091567783, 'looping-1', 'looping', 148, '[["step.completed",1795335990721221,"each/first",440,1,null],["step.skipped",1795335990721221,"each/go",442,0,null],["step.started",1795335990721221,"each/second",443,1,null],["step.completed",1795335990721221,"each/first",441,1,null],["step.skipped",1795335990721221,"each/go",444,0,null],["step.started",1795335990721221,"each/second",445,1,null]]'),
	(1093664936, 'looping-1', 'looping', 149, '[["step.completed",1795335990732280,"each/second",443,1,null],["step.started",1795335990732280,"each/first",446,1,null],["step.completed",1795335990732280,"each/second",445,1,null],["step.started",1795335990732280,"each/first",447,1,null]]'),
	(1099956395, 'looping-1', 'looping', 152, '[["step.completed",1795335990785174,"each/first",452,1,null],["step.skipped",1795335990785174,"each/go",454,0,null],["step.started",1795335990785174,"each/second",455,1,null],["step.completed",1795335990785174,"each/first",453,1,null],["step.skipped",1795335990785174,"each/go",456,0,null],["step.started",1795335990785174,"each/second",457,1,null]]'),
	(1030750346, 'looping-1', 'looping', 119, '[["step.completed",1795335990308755,"each/second",353,1,null],["step.started",1795335990308755,"each/first",356,1,null],["step.completed",1795335990308755,"each/second",355,1,null],["step.started",1795335990308755,"each/first",357,1,null]]'),
	(1034944652, 'looping-1', 'looping', 121, '[["step.completed",1795335990344510,"each/second",359,1,null],["step.started",1795335990344510,"each/first",362,1,null],["step.completed",1795335990344510,"each/second",361,1,null],["step.started",1795335990344510,"each/first",363,1,null]]'),
	(1041236111, 'looping-1', 'looping', 124, '[["step.completed",1795335990395568,"each/first",368,1,null],["step.skipped",1795335990395568,"each/go",370,0,null],["step.started",1795335990395568,"each/second",371,1,null],["step.completed",1795335990395568,"each/first",369,1,null],["step.skipped",1795335990395568,"each/go",372,0,null],["step.started",1795335990395568,"each/second",373,1,null]]'),
	(1043333264, 'looping-1', 'looping', 125, '[["step.completed",1795335990408913,"each/second",371,1,null],["step.started",1795335990408913,"each/first",374,1,null],["step.completed",1795335990408913,"each/second",373,1,null],["step.started",1795335990408913,"each/first",375,1,null]]'),
	(1049624723, 'looping-1', 'looping', 128, '[["step.completed",1795335990446012,"each/first",380,1,null],["step.skipped",1795335990446012,"each/go",382,0,null],["step.started",1795335990446012,"each/second",383,1,null],["step.completed",1795335990446012,"each/first",381,1,null],["step.skipped",1795335990446012,"each/go",384,0,null],["step.started",1795335990446012,"each/second",385,1,null]]'),
	(1051721876, 'looping-1', 'looping', 129, '[["step.completed",1795335990457381,"each/second",383,1,null],["step.started",1795335990457381,"each/first",386,1,null],["step.completed",1795335990457381,"each/second",385,1,null],["step.started",1795335990457381,"each/first",387,1,null]]'),
	(1053819029, 'looping-1', 'looping', 130, '[["step.completed",1795335990470298,"each/first",386,1,null],["step.skipped",1795335990470298,"each/go",388,0,null],["step.started",1795335990470298,"each/second",389,1,null],["step.completed",1795335990470298,"each/first",387,1,null],["step.skipped",1795335990470298,"each/go",390,0,null],["step.started",1795335990470298,"each/second",391,1,null]]'),
	(1055916182, 'looping-1', 'looping', 131, '[["step.completed",1795335990479001,"each/second",389,1,null],["step.started",1795335990479001,"each/first",392,1,null],["step.completed",1795335990479001,"each/second",391,1,null],["step.started",1795335990479001,"each/first",393,1,null]]'),
	(1060110488, 'looping-1', 'looping', 133, '[["step.completed",1795335990516145,"each/second",395,1,null],["step.started",1795335990516145,"each/first",398,1,null],["step.completed",1795335990516145,"each/second",397,1,null],["step.started",1795335990516145,"each/first",399,1,null]]'),
	(1074790559, 'looping-1', 'looping', 140, '[["step.completed",1795335990602136,"each/first",416,1,null],["step.skipped",1795335990602136,"each/go",418,0,null],["step.started",1795335990602136,"each/second",419,1,null],["step.completed",1795335990602136,"each/first",417,1,null],["step.skipped",1795335990602136,"each/go",420,0,null],["step.started",1795335990602136,"each/second",421,1,null]]'),
	(1076887712, 'looping-1', 'looping', 141, '[["step.completed",1795335990618581,"each/second",419,1,null],["step.started",1795335990618581,"each/first",422,1,null],["step.completed",1795335990618581,"each/second",421,1,null],["step.started",1795335990618581,"each/first",423,1,null]]'),
	(1078984865, 'looping-1', 'looping', 142, '[["step.completed",1795335990644029,"each/first",422,1,null],["step.skipped",1795335990644029,"each/go",424,0,null],["step.started",1795335990644029,"each/second",425,1,null],["step.completed",1795335990644029,"each/first",423,1,null],["step.skipped",1795335990644029,"each/go",426,0,null],["step.started",1795335990644029,"each/second",427,1,null]]'),
	(1081082018, 'looping-1', 'looping', 143, '[["step.completed",1795335990659651,"each/second",425,1,null],["step.started",1795335990659651,"each/first",428,1,null],["step.completed",1795335990659651,"each/second",427,1,null],["step.started",1795335990659651,"each/first",429,1,null]]'),
	(1083179171, 'looping-1', 'looping', 144, '[["step.completed",1795335990667650,"each/first",428,1,null],["step.skipped",1795335990667650,"each/go",430,0,null],["step.started",1795335990667650,"each/second",431,1,null],["step.completed",1795335990667650,"each/first",429,1,null],["step.skipped",1795335990667650,"each/go",432,0,null],["step.started",1795335990667650,"each/second",433,1,null]]'),
	(1085276324, 'looping-1', 'looping', 145, '[["step.completed",1795335990677744,"each/second",431,1,null],["step.started",1795335990677744,"each/first",434,1,null],["step.completed",1795335990677744,"each/second",433,1,null],["step.started",1795335990677744,"each/first",435,1,null]]'),
	(1095762089, 'looping-1', 'looping', 150, '[["step.completed",1795335990746677,"each/first",446,1,null],["step.skipped",1795335990746677,"each/go",448,0,null],["step.started",1795335990746677,"each/second",449,1,null],["step.completed",1795335990746677,"each/first",447,1,null],["step.skipped",1795335990746677,"each/go",450,0,null],["step.started",1795335990746677,"each/second",451,1,null]]'),
	(1097859242, 'looping-1', 'looping', 151, '[["step.completed",1795335990773851,"each/second",449,1,null],["step.started",1795335990773851,"each/first",452,1,null],["step.completed",1795335990773851,"each/second",451,1,null],["step.started",1795335990773851,"each/first",453,1,null]]'),
	(1128267960, 'looping-1', 'looping', 165, '[["step.completed",1795335990991277,"each/second",491,1,null],["step.started",1795335990991277,"each/first",494,1,null],["step.completed",1795335990991277,"each/second",493,1,null],["step.started",1795335990991277,"each/first",495,1,null]]'),
	(1130365113, 'looping-1', 'looping', 166, '[["step.completed",1795335991018119,"each/first",494,1,null],["step.skipped",1795335991018119,"each/go",496,0,null],["step.started",1795335991018119,"each/second",497,1,null],["step.completed",1795335991018119,"each/first",495,1,null],["step.skipped",1795335991018119,"each/go",498,0,null],["step.started",1795335991018119,"each/second",499,1,null]]'),
	(1132462266, 'looping-1', 'looping', 167, '[["step.completed",1795335991035736,"each/second",497,1,null],["step.started",1795335991035736,"each/first",500,1,null],["step.completed",1795335991035736,"each/second",499,1,null],["step.started",1795335991035736,"each/first",501,1,null]]'),
	(1189085397, 'looping-1', 'looping', 194, '[["step.completed",1795335991368367,"each/first",578,1,null],["step.skipped",1795335991368367,"each/go",580,0,null],["step.started",1795335991368367,"each/second",581,1,null],["step.completed",1795335991368367,"each/first",579,1,null],["step.skipped",1795335991368367,"each/go",582,0,null],["step.started",1795335991368367,"each/second",583,1,null]]'),
	(1191182550, 'looping-1', 'looping', 195, '[["step.completed",1795335991385406,"each/second",581,1,null],["step.started",1795335991385406,"each/first",584,1,null],["step.completed",1795335991385406,"each/second",583,1,null],["step.started",1795335991385406,"each/first",585,1,null]]'),
	(1103102124, 'looping-1', 'looping', 153, '[["step.completed",1795335990809475,"each/second",455,1,null],["step.started",1795335990809475,"each/first",458,1,null],["step.completed",1795335990809475,"each/second",457,1,null],["step.started",1795335990809475,"each/first",459,1,null]]'),
	(1105199277, 'looping-1', 'looping', 154, '[["step.completed",1795335990831829,"each/first",458,1,null],["step.skipped",1795335990831829,"each/go",460,0,null],["step.started",1795335990831829,"each/second",461,1,null],["step.completed",1795335990831829,"each/first",459,1,null],["step.skipped",1795335990831829,"each/go",462,0,null],["step.started",1795335990831829,"each/second",463,1,null]]'),
	(1107296430, 'looping-1', 'looping', 155, '[["step.completed",1795335990844384,"each/second",461,1,null],["step.started",1795335990844384,"each/first",464,1,null],["step.completed",1795335990844384,"each/second",463,1,null],["step.started",1795335990844384,"each/first",465,1,null]]'),
	(1109393583, 'looping-1', 'looping', 156, '[["step.completed",1795335990852267,"each/first",464,1,null],["step.skipped",1795335990852267,"each/go",466,0,null],["step.started",1795335990852267,"each/second",467,1,null],["step.completed",1795335990852267,"each/first",465,1,null],["step.skipped",1795335990852267,"each/go",468,0,null],["step.started",1795335990852267,"each/second",469,1,null]]'),
	(1111490736, 'looping-1', 'looping', 157, '[["step.completed",1795335990865590,"each/second",467,1,null],["step.started",1795335990865590,"each/first",470,1,null],["step.completed",1795335990865590,"each/second",469,1,null],["step.started",1795335990865590,"each/first",471,1,null]]'),
	(1113587889, 'looping-1', 'looping', 158, '[["step.completed",1795335990878733,"each/first",470,1,null],["step.skipped",1795335990878733,"each/go",472,0,null],["step.started",1795335990878733,"each/second",473,1,null],["step.completed",1795335990878733,"each/first",471,1,null],["step.skipped",1795335990878733,"each/go",474,0,null],["step.started",1795335990878733,"each/second",475,1,null]]'),
	(1115685042, 'looping-1', 'looping', 159, '[["step.completed",1795335990897274,"each/second",473,1,null],["step.started",1795335990897274,"each/first",476,1,null],["step.completed",1795335990897274,"each/second",475,1,null],["step.started",1795335990897274,"each/first",477,1,null]]'),
	(1117782195, 'looping-1', 'looping', 160, '[["step.completed",1795335990919291,"each/first",476,1,null],["step.skipped",1795335990919291,"each/go",478,0,null],["step.started",1795335990919291,"each/second",479,1,null],["step.completed",1795335990919291,"each/first",477,1,null],["step.skipped",1795335990919291,"each/go",480,0,null],["step.started",1795335990919291,"each/second",481,1,null]]'),
	(1119879348, 'looping-1', 'looping', 161, '[["step.completed",1795335990940160,"each/second",479,1,null],["step.started",1795335990940160,"each/first",482,1,null],["step.completed",1795335990940160,"each/second",481,1,null],["step.started",1795335990940160,"each/first",483,1,null]]'),
	(1121976501, 'looping-1', 'looping', 162, '[["step.completed",1795335990963519,"each/first",482,1,null],["step.skipped",1795335990963519,"each/go",484,0,null],["step.started",1795335990963519,"each/second",485,1,null],["step.completed",1795335990963519,"each/first",483,1,null],["step.skipped",1795335990963519,"each/go",486,0,null],["step.started",1795335990963519,"each/second",487,1,null]]'),
	(1124073654, 'looping-1', 'looping', 163, '[["step.completed",1795335990973402,"each/second",485,1,null],["step.started",1795335990973402,"each/first",488,1,null],["step.completed",1795335990973402,"each/second",487,1,null],["step.started",1795335990973402,"each/first",489,1,null]]'),
	(1126170807, 'looping-1', 'looping', 164, '[["step.completed",1795335990982860,"each/first",488,1,null],["step.skipped",1795335990982860,"each/go",490,0,null],["step.started",1795335990982860,"each/second",491,1,null],["step.completed",1795335990982860,"each/first",489,1,null],["step.skipped",1795335990982860,"each/go",492,0,null],["step.started",1795335990982860,"each/second",493,1,null]]'),
	(1134559419, 'looping-1', 'looping', 168, '[["step.completed",1795335991057769,"each/first",500,1,null],["step.skipped",1795335991057769,"each/go",502,0,null],["step.started",1795335991057769,"each/second",503,1,null],["step.completed",1795335991057769,"each/first",501,1,null],["step.skipped",1795335991057769,"each/go",504,0,null],["step.started",1795335991057769,"each/second",505,1,null]]'),
	(1136656572, 'looping-1', 'looping', 169, '[["step.completed",1795335991072686,"each/second",503,1,null],["step.started",1795335991072686,"each/first",506,1,null],["step.completed",1795335991072686,"each/second",505,1,null],["step.started",1795335991072686,"each/first",507,1,null]]'),
	(1138753725, 'looping-1', 'looping', 170, '[["step.completed",1795335991097001,"each/first",506,1,null],["step.skipped",1795335991097001,"each/go",508,0,null],["step.started",1795335991097001,"each/second",509,1,null],["step.completed",1795335991097001,"each/first",507,1,null],["step.skipped",1795335991097001,"each/go",510,0,null],["step.started",1795335991097001,"each/second",511,1,null]]'),
	(1140850878, 'looping-1', 'looping', 171, '[["step.completed",1795335991110785,"each/second",509,1,null],["step.started",1795335991110785,"each/first",512,1,null],["step.completed",1795335991110785,"each/second",511,1,null],["step.started",1795335991110785,"each/first",513,1,null]]'),
	(1142948031, 'looping-1', 'looping', 172, '[["step.completed",1795335991115192,"each/first",512,1,null],["step.skipped",1795335991115192,"each/go",514,0,null],["step.started",1795335991115192,"each/second",515,1,null],["step.completed",1795335991115192,"each/first",513,1,null],["step.skipped",1795335991115192,"each/go",516,0,null],["step.started",1795335991115192,"each/second",517,1,null]]'),
	(1145045184, 'looping-1', 'looping', 173, '[["step.completed",1795335991127351,"each/second",515,1,null],["step.started",1795335991127351,"each/first",518,1,null],["step.completed",1795335991127351,"each/second",517,1,null],["step.started",1795335991127351,"each/first",519,1,null]]'),
	(1147142337, 'looping-1', 'looping', 174, '[["step.completed",1795335991139985,"each/first",518,1,null],["step.skipped",1795335991139985,"each/go",520,0,null],["step.started",1795335991139985,"each/second",521,1,null],["step.completed",1795335991139985,"each/first",519,1,null],["step.skipped",1795335991139985,"each/go",522,0,null],["step.started",1795335991139985,"each/second",523,1,null]]'),
	(1149239490, 'looping-1', 'looping', 175, '[["step.completed",1795335991143977,"each/second",521,1,null],["step.started",1795335991143977,"each/first",524,1,null],["step.completed",1795335991143977,"each/second",523,1,null],["step.started",1795335991143977,"each/first",525,1,null]]'),
	(1151336643, 'looping-1', 'looping', 176, '[["step.completed",1795335991160736,"each/first",524,1,null],["step.skipped",1795335991160736,"each/go",526,0,null],["step.started",1795335991160736,"each/second",527,1,null],["step.completed",1795335991160736,"each/first",525,1,null],["step.skipped",1795335991160736,"each/go",528,0,null],["step.started",1795335991160736,"each/second",529,1,null]]'),
	(1153433796, 'looping-1', 'looping', 177, '[["step.completed",1795335991170867,"each/second",527,1,null],["step.started",1795335991170867,"each/first",530,1,null],["step.completed",1795335991170867,"each/second",529,1,null],["step.started",1795335991170867,"each/first",531,1,null]]'),
	(1155530949, 'looping-1', 'looping', 178, '[["step.completed",1795335991181495,"each/first",530,1,null],["step.skipped",1795335991181495,"each/go",532,0,null],["step.started",1795335991181495,"each/second",533,1,null],["step.completed",1795335991181495,"each/first",531,1,null],["step.skipped",1795335991181495,"each/go",534,0,null],["step.started",1795335991181495,"each/second",535,1,null]]'),
	(1157628102, 'looping-1', 'looping', 179, '[["step.completed",1795335991188073,"each/second",533,1,null],["step.started",1795335991188073,"each/first",536,1,null],["step.completed",1795335991188073,"each/second",535,1,null],["step.started",1795335991188073,"each/first",537,1,null]]'),
	(1159725255, 'looping-1', 'looping', 180, '[["step.completed",1795335991194936,"each/first",536,1,null],["step.skipped",1795335991194936,"each/go",538,0,null],["step.started",1795335991194936,"each/second",539,1,null],["step.completed",1795335991194936,"each/first",537,1,null],["step.skipped",1795335991194936,"each/go",540,0,null],["step.started",1795335991194936,"each/second",541,1,null]]'),
	(1161822408, 'looping-1', 'looping', 181, '[["step.completed",1795335991202486,"each/second",539,1,null],["step.started",1795335991202486,"each/first",542,1,null],["step.completed",1795335991202486,"each/second",541,1,null],["step.started",1795335991202486,"each/first",543,1,null]]'),
	(1163919561, 'looping-1', 'looping', 182, '[["step.completed",1795335991218392,"each/first",542,1,null],["step.skipped",1795335991218392,"each/go",544,0,null],["step.started",1795335991218392,"each/second",545,1,null],["step.completed",1795335991218392,"each/first",543,1,null],["step.skipped",1795335991218392,"each/go",546,0,null],["step.started",1795335991218392,"each/second",547,1,null]]'),
	(1166016714, 'looping-1', 'looping', 183, '[["step.completed",1795335991226885,"each/second",545,1,null],["step.started",1795335991226885,"each/first",548,1,null],["step.completed",1795335991226885,"each/second",547,1,null],["step.started",1795335991226885,"each/first",549,1,null]]'),
	(1168113867, 'looping-1', 'looping', 184, '[["step.completed",1795335991241736,"each/first",548,1,null],["step.skipped",1795335991241736,"each/go",550,0,null],["step.started",1795335991241736,"each/second",551,1,null],["step.completed",1795335991241736,"each/first",549,1,null],["step.skipped",1795335991241736,"each/go",552,0,null],["step.started",1795335991241736,"each/second",553,1,null]]'),
	(1170211020, 'looping-1', 'looping', 185, '[["step.completed",1795335991269992,"each/second",551,1,null],["step.started",1795335991269992,"each/first",554,1,null],["step.completed",1795335991269992,"each/second",553,1,null],["step.started",1795335991269992,"each/first",555,1,null]]'),
	(1172308173, 'looping-1', 'looping', 186, '[["step.completed",1795335991283714,"each/first",554,1,null],["step.skipped",1795335991283714,"each/go",556,0,null],["step.started",1795335991283714,"each/second",557,1,null],["step.completed",1795335991283714,"each/first",555,1,null],["step.skipped",1795335991283714,"each/go",558,0,null],["step.started",1795335991283714,"each/second",559,1,null]]'),
	(1174405326, 'looping-1', 'looping', 187, '[["step.completed",1795335991300300,"each/second",557,1,null],["step.started",1795335991300300,"each/first",560,1,null],["step.completed",1795335991300300,"each/second",559,1,null],["step.started",1795335991300300,"each/first",561,1,null]]'),
	(1176502479, 'looping-1', 'looping', 188, '[["step.completed",1795335991305099,"each/first",560,1,null],["step.skipped",1795335991305099,"each/go",562,0,null],["step.started",1795335991305099,"each/second",563,1,null],["step.completed",1795335991305099,"each/first",561,1,null],["step.skipped",1795335991305099,"each/go",564,0,null],["step.started",1795335991305099,"each/second",565,1,null]]'),
	(1178599632, 'looping-1', 'looping', 189, '[["step.completed",1795335991328281,"each/second",563,1,null],["step.started",1795335991328281,"each/first",566,1,null],["step.completed",1795335991328281,"each/second",565,1,null],["step.started",1795335991328281,"each/first",567,1,null]]'),
	(1180696785, 'looping-1', 'looping', 190, '[["step.completed",1795335991338522,"each/first",566,1,null],["step.skipped",1795335991338522,"each/go",568,0,null],["step.started",1795335991338522,"each/second",569,1,null],["step.completed",1795335991338522,"each/first",567,1,null],["step.skipped",1795335991338522,"each/go",570,0,null],["step.started",1795335991338522,"each/second",571,1,null]]'),
	(1182793938, 'looping-1', 'looping', 191, '[["step.completed",1795335991346235,"each/second",569,1,null],["step.started",1795335991346235,"each/first",572,1,null],["step.completed",1795335991346235,"each/second",571,1,null],["step.started",1795335991346235,"each/first",573,1,null]]'),
	(1184891091, 'looping-1', 'looping', 192, '[["step.completed",1795335991354554,"each/first",572,1,null],["step.skipped",1795335991354554,"each/go",574,0,null],["step.started",1795335991354554,"each/second",575,1,null],["step.completed",1795335991354554,"each/first",573,1,null],["step.skipped",1795335991354554,"each/go",576,0,null],["step.started",1795335991354554,"each/second",577,1,null]]'),
	(1186988244, 'looping-1', 'looping', 193, '[["step.completed",1795335991362493,"each/second",575,1,null],["step.started",1795335991362493,"each/first",578,1,null],["step.completed",1795335991362493,"each/second",577,1,null],["step.started",1795335991362493,"each/first",579,1,null]]'),
	(1193279703, 'looping-1', 'looping', 196, '[["step.completed",1795335991401848,"each/first",584,1,null],["step.skipped",1795335991401848,"each/go",586,0,null],["step.started",1795335991401848,"each/second",587,1,null],["step.completed",1795335991401848,"each/first",585,1,null],["step.skipped",1795335991401848,"each/go",588,0,null],["step.started",1795335991401848,"each/second",589,1,null]]'),
	(1195376856, 'looping-1', 'looping', 197, '[["step.completed",1795335991410348,"each/second",587,1,null],["step.started",1795335991410348,"each/first",590,1,null],["step.completed",1795335991410348,"each/second",589,1,null],["step.started",1795335991410348,"each/first",591,1,null]]'),
	(1197474009, 'looping-1', 'looping', 198, '[["step.completed",1795335991411808,"each/first",590,1,null],["step.skipped",1795335991411808,"each/go",592,0,null],["step.started",1795335991411808,"each/second",593,1,null],["step.completed",1795335991411808,"each/first",591,1,null],["step.skipped",1795335991411808,"each/go",594,0,null],["step.started",1795335991411808,"each/second",595,1,null]]'),
	(1199571162, 'looping-1', 'looping', 199, '[["step.completed",1795335991415173,"each/second",593,1,null],["step.started",1795335991415173,"each/first",596,1,null],["step.completed",1795335991415173,"each/second",595,1,null],["step.started",1795335991415173,"each/first",597,1,null]]'),
	(1262485752, 'looping-1', 'looping', 229, '[["step.completed",1795335991718409,"each/second",683,1,null],["step.started",1795335991718409,"each/first",686,1,null],["step.completed",1795335991718409,"each/second",685,1,null],["step.started",1795335991718409,"each/first",687,1,null]]'),
	(1201668315, 'looping-1', 'looping', 200, '[["step.completed",1795335991423485,"each/first",596,1,null],["step.skipped",1795335991423485,"each/go",598,0,null],["step.started",1795335991423485,"each/second",599,1,null],["step.completed",1795335991423485,"each/first",597,1,null],["step.skipped",1795335991423485,"each/go",600,0,null],["step.started",1795335991423485,"each/second",601,1,null]]'),
	(1203765468, 'looping-1', 'looping', 201, '[["step.completed",1795335991427270,"each/second",599,1,null],["step.started",1795335991427270,"each/first",602,1,null],["step.completed",1795335991427270,"each/second",601,1,null],["step.started",1795335991427270,"each/first",603,1,null]]'),
	(1205862621, 'looping-1', 'looping', 202, '[["step.completed",1795335991433496,"each/first",602,1,null],["step.skipped",1795335991433496,"each/go",604,0,null],["step.started",1795335991433496,"each/second",605,1,null],["step.completed",1795335991433496,"each/first",603,1,null],["step.skipped",1795335991433496,"each/go",606,0,null],["step.started",1795335991433496,"each/second",607,1,null]]'),
	(1207959774, 'looping-1', 'looping', 203, '[["step.completed",1795335991446555,"each/second",605,1,null],["step.started",1795335991446555,"each/first",608,1,null],["step.completed",1795335991446555,"each/second",607,1,null],["step.started",1795335991446555,"each/first",609,1,null]]'),
	(1210056927, 'looping-1', 'looping', 204, '[["step.completed",1795335991451856,"each/first",608,1,null],["step.skipped",1795335991451856,"each/go",610,0,null],["step.started",1795335991451856,"each/second",611,1,null],["step.completed",1795335991451856,"each/first",609,1,null],["step.skipped",1795335991451856,"each/go",612,0,null],["step.started",1795335991451856,"each/second",613,1,null]]'),
	(1212154080, 'looping-1', 'looping', 205, '[["step.completed",1795335991456282,"each/second",611,1,null],["step.started",1795335991456282,"each/first",614,1,null],["step.completed",1795335991456282,"each/second",613,1,null],["step.started",1795335991456282,"each/first",615,1,null]]'),
	(1214251233, 'looping-1', 'looping', 206, '[["step.completed",1795335991470217,"each/first",614,1,null],["step.skipped",1795335991470217,"each/go",616,0,null],["step.started",1795335991470217,"each/second",617,1,null],["step.completed",1795335991470217,"each/first",615,1,null],["step.skipped",1795335991470217,"each/go",618,0,null],["step.started",1795335991470217,"each/second",619,1,null]]'),
	(1216348386, 'looping-1', 'looping', 207, '[["step.completed",1795335991471526,"each/second",617,1,null],["step.started",1795335991471526,"each/first",620,1,null],["step.completed",1795335991471526,"each/second",619,1,null],["step.started",1795335991471526,"each/first",621,1,null]]'),
	(1218445539, 'looping-1', 'looping', 208, '[["step.completed",1795335991473715,"each/first",620,1,null],["step.skipped",1795335991473715,"each/go",622,0,null],["step.started",1795335991473715,"each/second",623,1,null],["step.completed",1795335991473715,"each/first",621,1,null],["step.skipped",1795335991473715,"each/go",624,0,null],["step.started",1795335991473715,"each/second",625,1,null]]'),
	(1220542692, 'looping-1', 'looping', 209, '[["step.completed",1795335991485864,"each/second",623,1,null],["step.started",1795335991485864,"each/first",626,1,null],["step.completed",1795335991485864,"each/second",625,1,null],["step.started",1795335991485864,"each/first",627,1,null]]'),
	(1222639845, 'looping-1', 'looping', 210, '[["step.completed",1795335991498419,"each/first",626,1,null],["step.skipped",1795335991498419,"each/go",628,0,null],["step.started",1795335991498419,"each/second",629,1,null],["step.completed",1795335991498419,"each/first",627,1,null],["step.skipped",1795335991498419,"each/go",630,0,null],["step.started",1795335991498419,"each/second",631,1,null]]'),
	(1224736998, 'looping-1', 'looping', 211, '[["step.completed",1795335991503020,"each/second",629,1,null],["step.started",1795335991503020,"each/first",632,1,null],["step.completed",1795335991503020,"each/second",631,1,null],["step.started",1795335991503020,"each/first",633,1,null]]'),
	(1243611375, 'looping-1', 'looping', 220, '[["step.completed",1795335991656051,"each/first",656,1,null],["step.skipped",1795335991656051,"each/go",658,0,null],["step.started",1795335991656051,"each/second",659,1,null],["step.completed",1795335991656051,"each/first",657,1,null],["step.skipped",1795335991656051,"each/go",660,0,null],["step.started",1795335991656051,"each/second",661,1,null]]'),
	(1245708528, 'looping-1', 'looping', 221, '[["step.completed",1795335991672419,"each/second",659,1,null],["step.started",1795335991672419,"each/first",662,1,null],["step.completed",1795335991672419,"each/second",661,1,null],["step.started",1795335991672419,"each/first",663,1,null]]'),
	(1247805681, 'looping-1', 'looping', 222, '[["step.completed",1795335991674680,"each/first",662,1,null],["step.skipped",1795335991674680,"each/go",664,0,null],["step.started",1795335991674680,"each/second",665,1,null],["step.completed",1795335991674680,"each/first",663,1,null],["step.skipped",1795335991674680,"each/go",666,0,null],["step.started",1795335991674680,"each/second",667,1,null]]'),
	(1249902834, 'looping-1', 'looping', 223, '[["step.completed",1795335991678463,"each/second",665,1,null],["step.started",1795335991678463,"each/first",668,1,null],["step.completed",1795335991678463,"each/second",667,1,null],["step.started",1795335991678463,"each/first",669,1,null]]'),
	(1251999987, 'looping-1', 'looping', 224, '[["step.completed",1795335991682391,"each/first",668,1,null],["step.skipped",1795335991682391,"each/go",670,0,null],["step.started",1795335991682391,"each/second",671,1,null],["step.completed",1795335991682391,"each/first",669,1,null],["step.skipped",1795335991682391,"each/go",672,0,null],["step.started",1795335991682391,"each/second",673,1,null]]'),
	(1254097140, 'looping-1', 'looping', 225, '[["step.completed",1795335991683960,"each/second",671,1,null],["step.started",1795335991683960,"each/first",674,1,null],["step.completed",1795335991683960,"each/second",673,1,null],["step.started",1795335991683960,"each/first",675,1,null]]'),
	(1256194293, 'looping-1', 'looping', 226, '[["step.completed",1795335991698714,"each/first",674,1,null],["step.skipped",1795335991698714,"each/go",676,0,null],["step.started",1795335991698714,"each/second",677,1,null],["step.completed",1795335991698714,"each/first",675,1,null],["step.skipped",1795335991698714,"each/go",678,0,null],["step.started",1795335991698714,"each/second",679,1,null]]'),
	(1258291446, 'looping-1', 'looping', 227, '[["step.completed",1795335991702973,"each/second",677,1,null],["step.started",1795335991702973,"each/first",680,1,null],["step.completed",1795335991702973,"each/second",679,1,null],["step.started",1795335991702973,"each/first",681,1,null]]'),
	(1260388599, 'looping-1', 'looping', 228, '[["step.completed",1795335991704411,"each/first",680,1,null],["step.skipped",1795335991704411,"each/go",682,0,null],["step.started",1795335991704411,"each/second",683,1,null],["step.completed",1795335991704411,"each/first",681,1,null],["step.skipped",1795335991704411,"each/go",684,0,null],["step.started",1795335991704411,"each/second",685,1,null]]'),
	(1226834151, 'looping-1', 'looping', 212, '[["step.completed",1795335991511213,"each/first",632,1,null],["step.skipped",1795335991511213,"each/go",634,0,null],["step.started",1795335991511213,"each/second",635,1,null],["step.completed",1795335991511213,"each/first",633,1,null],["step.skipped",1795335991511213,"each/go",636,0,null],["step.started",1795335991511213,"each/second",637,1,null]]'),
	(1228931304, 'looping-1', 'looping', 213, '[["step.completed",1795335991536418,"each/second",635,1,null],["step.started",1795335991536418,"each/first",638,1,null],["step.completed",1795335991536418,"each/second",637,1,null],["step.started",1795335991536418,"each/first",639,1,null]]'),
	(1231028457, 'looping-1', 'looping', 214, '[["step.completed",1795335991545809,"each/first",638,1,null],["step.skipped",1795335991545809,"each/go",640,0,null],["step.started",1795335991545809,"each/second",641,1,null],["step.completed",1795335991545809,"each/first",639,1,null],["step.skipped",1795335991545809,"each/go",642,0,null],["step.started",1795335991545809,"each/second",643,1,null]]'),
	(1233125610, 'looping-1', 'looping', 215, '[["step.completed",1795335991557921,"each/second",641,1,null],["step.started",1795335991557921,"each/first",644,1,null],["step.completed",1795335991557921,"each/second",643,1,null],["step.started",1795335991557921,"each/first",645,1,null]]'),
	(1235222763, 'looping-1', 'looping', 216, '[["step.completed",1795335991573049,"each/first",644,1,null],["step.skipped",1795335991573049,"each/go",646,0,null],["step.started",1795335991573049,"each/second",647,1,null],["step.completed",1795335991573049,"each/first",645,1,null],["step.skipped",1795335991573049,"each/go",648,0,null],["step.started",1795335991573049,"each/second",649,1,null]]'),
	(1237319916, 'looping-1', 'looping', 217, '[["step.completed",1795335991603042,"each/second",647,1,null],["step.started",1795335991603042,"each/first",650,1,null],["step.completed",1795335991603042,"each/second",649,1,null],["step.started",1795335991603042,"each/first",651,1,null]]'),
	(1239417069, 'looping-1', 'looping', 218, '[["step.completed",1795335991624898,"each/first",650,1,null],["step.skipped",1795335991624898,"each/go",652,0,null],["step.started",1795335991624898,"each/second",653,1,null],["step.completed",1795335991624898,"each/first",651,1,null],["step.skipped",1795335991624898,"each/go",654,0,null],["step.started",1795335991624898,"each/second",655,1,null]]'),
	(1241514222, 'looping-1', 'looping', 219, '[["step.completed",1795335991642190,"each/second",653,1,null],["step.started",1795335991642190,"each/first",656,1,null],["step.completed",1795335991642190,"each/second",655,1,null],["step.started",1795335991642190,"each/first",657,1,null]]'),
	(1283457282, 'looping-1', 'looping', 239, '[["step.completed",1795335991810337,"each/second",713,1,null],["step.started",1795335991810337,"each/first",716,1,null],["step.completed",1795335991810337,"each/second",715,1,null],["step.started",1795335991810337,"each/first",717,1,null]]'),
	(1285554435, 'looping-1', 'looping', 240, '[["step.completed",1795335991833613,"each/first",716,1,null],["step.skipped",1795335991833613,"each/go",718,0,null],["step.started",1795335991833613,"each/second",719,1,null],["step.completed",1795335991833613,"each/first",717,1,null],["step.skipped",1795335991833613,"each/go",720,0,null],["step.started",1795335991833613,"each/second",721,1,null]]'),
	(1310720271, 'looping-1', 'looping', 252, '[["step.completed",1795335991946853,"each/first",752,1,null],["step.skipped",1795335991946853,"each/go",754,0,null],["step.started",1795335991946853,"each/second",755,1,null],["step.completed",1795335991946853,"each/first",753,1,null],["step.skipped",1795335991946853,"each/go",756,0,null],["step.started",1795335991946853,"each/second",757,1,null]]'),
	(1312817424, 'looping-1', 'looping', 253, '[["step.completed",1795335991961955,"each/second",755,1,null],["step.started",1795335991961955,"each/first",758,1,null],["step.completed",1795335991961955,"each/second",757,1,null],["step.started",1795335991961955,"each/first",759,1,null]]'),
	(1323303189, 'looping-1', 'looping', 258, '[["step.started",1795335992017047,"each/first",770,1,null],["step.started",1795335992017047,"each/first",771,1,null]]'),
	(1325400342, 'looping-1', 'looping', 259, '[["step.completed",1795335992027411,"each/first",770,1,null],["step.skipped",1795335992027411,"each/go",772,0,null],["step.started",1795335992027411,"each/second",773,1,null],["step.completed",1795335992027411,"each/first",771,1,null],["step.skipped",1795335992027411,"each/go",774,0,null],["step.started",1795335992027411,"each/second",775,1,null]]'),
	(1327497495, 'looping-1', 'looping', 260, '[["step.completed",1795335992044526,"each/second",773,1,null],["step.started",1795335992044526,"each/first",776,1,null],["step.completed",1795335992044526,"each/second",775,1,null],["step.started",1795335992044526,"each/first",777,1,null]]'),
	(1329594648, 'looping-1', 'looping', 261, '[["step.completed",1795335992067256,"each/first",776,1,null],["step.skipped",1795335992067256,"each/go",778,0,null],["step.started",1795335992067256,"each/second",779,1,null],["step.completed",1795335992067256,"each/first",777,1,null],["step.skipped",1795335992067256,"each/go",780,0,null],["step.started",1795335992067256,"each/second",781,1,null]]'),
	(1331691801, 'looping-1', 'looping', 262, '[["step.completed",1795335992090856,"each/second",779,1,null],["step.started",1795335992090856,"each/first",782,1,null],["step.completed",1795335992090856,"each/second",781,1,null],["step.started",1795335992090856,"each/first",783,1,null]]'),
	(1333788954, 'looping-1', 'looping', 263, '[["step.completed",1795335992110431,"each/first",782,1,null],["step.skipped",1795335992110431,"each/go",784,0,null],["step.started",1795335992110431,"each/second",785,1,null],["step.completed",1795335992110431,"each/first",783,1,null],["step.skipped",1795335992110431,"each/go",786,0,null],["step.started",1795335992110431,"each/second",787,1,null]]'),
	(1335886107, 'looping-1', 'looping', 264, '[["step.completed",1795335992130049,"each/second",785,1,null],["step.started",1795335992130049,"each/first",788,1,null],["step.completed",1795335992130049,"each/second",787,1,null],["step.started",1795335992130049,"each/first",789,1,null]]'),
	(1350566178, 'looping-1', 'looping', 271, '[["step.completed",1795335992190191,"each/first",806,1,null],["step.skipped",1795335992190191,"each/go",808,0,null],["step.started",1795335992190191,"each/second",809,1,null],["step.completed",1795335992190191,"each/first",807,1,null],["step.skipped",1795335992190191,"each/go",810,0,null],["step.started",1795335992190191,"each/second",811,1,null]]'),
	(1352663331, 'looping-1', 'looping', 272, '[["step.completed",1795335992195879,"each/second",809,1,null],["step.started",1795335992195879,"each/first",812,1,null],["step.completed",1795335992195879,"each/second",811,1,null],["step.started",1795335992195879,"each/first",813,1,null]]'),
	(1354760484, 'looping-1', 'looping', 273, '[["step.completed",1795335992201922,"each/first",812,1,null],["step.skipped",1795335992201922,"each/go",814,0,null],["step.started",1795335992201922,"each/second",815,1,null],["step.completed",1795335992201922,"each/first",813,1,null],["step.skipped",1795335992201922,"each/go",816,0,null],["step.started",1795335992201922,"each/second",817,1,null]]'),
	(1264582905, 'looping-1', 'looping', 230, '[["step.completed",1795335991734432,"each/first",686,1,null],["step.skipped",1795335991734432,"each/go",688,0,null],["step.started",1795335991734432,"each/second",689,1,null],["step.completed",1795335991734432,"each/first",687,1,null],["step.skipped",1795335991734432,"each/go",690,0,null],["step.started",1795335991734432,"each/second",691,1,null]]'),
	(1266680058, 'looping-1', 'looping', 231, '[["step.completed",1795335991746534,"each/second",689,1,null],["step.started",1795335991746534,"each/first",692,1,null],["step.completed",1795335991746534,"each/second",691,1,null],["step.started",1795335991746534,"each/first",693,1,null]]'),
	(1268777211, 'looping-1', 'looping', 232, '[["step.completed",1795335991754594,"each/first",692,1,null],["step.skipped",1795335991754594,"each/go",694,0,null],["step.started",1795335991754594,"each/second",695,1,null],["step.completed",1795335991754594,"each/first",693,1,null],["step.skipped",1795335991754594,"each/go",696,0,null],["step.started",1795335991754594,"each/second",697,1,null]]'),
	(1270874364, 'looping-1', 'looping', 233, '[["step.completed",1795335991761813,"each/second",695,1,null],["step.started",1795335991761813,"each/first",698,1,null],["step.completed",1795335991761813,"each/second",697,1,null],["step.started",1795335991761813,"each/first",699,1,null]]'),
	(1272971517, 'looping-1', 'looping', 234, '[["step.completed",1795335991768666,"each/first",698,1,null],["step.skipped",1795335991768666,"each/go",700,0,null],["step.started",1795335991768666,"each/second",701,1,null],["step.completed",1795335991768666,"each/first",699,1,null],["step.skipped",1795335991768666,"each/go",702,0,null],["step.started",1795335991768666,"each/second",703,1,null]]'),
	(1275068670, 'looping-1', 'looping', 235, '[["step.completed",1795335991771631,"each/second",701,1,null],["step.started",1795335991771631,"each/first",704,1,null],["step.completed",1795335991771631,"each/second",703,1,null],["step.started",1795335991771631,"each/first",705,1,null]]'),
	(1277165823, 'looping-1', 'looping', 236, '[["step.completed",1795335991777745,"each/first",704,1,null],["step.skipped",1795335991777745,"each/go",706,0,null],["step.started",1795335991777745,"each/second",707,1,null],["step.completed",1795335991777745,"each/first",705,1,null],["step.skipped",1795335991777745,"each/go",708,0,null],["step.started",1795335991777745,"each/second",709,1,null]]'),
	(1279262976, 'looping-1', 'looping', 237, '[["step.completed",1795335991786473,"each/second",707,1,null],["step.started",1795335991786473,"each/first",710,1,null],["step.completed",1795335991786473,"each/second",709,1,null],["step.started",1795335991786473,"each/first",711,1,null]]'),
	(1281360129, 'looping-1', 'looping', 238, '[["step.completed",1795335991797320,"each/first",710,1,null],["step.skipped",1795335991797320,"each/go",712,0,null],["step.started",1795335991797320,"each/second",713,1,null],["step.completed",1795335991797320,"each/first",711,1,null],["step.skipped",1795335991797320,"each/go",714,0,null],["step.started",1795335991797320,"each/second",715,1,null]]'),
	(1287651588, 'looping-1', 'looping', 241, '[["step.completed",1795335991850357,"each/second",719,1,null],["step.started",1795335991850357,"each/first",722,1,null],["step.completed",1795335991850357,"each/second",721,1,null],["step.started",1795335991850357,"each/first",723,1,null]]'),
	(1289748741, 'looping-1', 'looping', 242, '[["step.completed",1795335991861394,"each/first",722,1,null],["step.skipped",1795335991861394,"each/go",724,0,null],["step.started",1795335991861394,"each/second",725,1,null],["step.completed",1795335991861394,"each/first",723,1,null],["step.skipped",1795335991861394,"each/go",726,0,null],["step.started",1795335991861394,"each/second",727,1,null]]'),
	(1291845894, 'looping-1', 'looping', 243, '[["step.completed",1795335991871998,"each/second",725,1,null],["step.started",1795335991871998,"each/first",728,1,null],["step.completed",1795335991871998,"each/second",727,1,null],["step.started",1795335991871998,"each/first",729,1,null]]'),
	(1293943047, 'looping-1', 'looping', 244, '[["step.completed",1795335991883428,"each/first",728,1,null],["step.skipped",1795335991883428,"each/go",730,0,null],["step.started",1795335991883428,"each/second",731,1,null],["step.completed",1795335991883428,"each/first",729,1,null],["step.skipped",1795335991883428,"each/go",732,0,null],["step.started",1795335991883428,"each/second",733,1,null]]'),
	(1296040200, 'looping-1', 'looping', 245, '[["step.completed",1795335991887907,"each/second",731,1,null],["step.started",1795335991887907,"each/first",734,1,null],["step.completed",1795335991887907,"each/second",733,1,null],["step.started",1795335991887907,"each/first",735,1,null]]'),
	(1298137353, 'looping-1', 'looping', 246, '[["step.completed",1795335991894916,"each/first",734,1,null],["step.skipped",1795335991894916,"each/go",736,0,null],["step.started",1795335991894916,"each/second",737,1,null],["step.completed",1795335991894916,"each/first",735,1,null],["step.skipped",1795335991894916,"each/go",738,0,null],["step.started",1795335991894916,"each/second",739,1,null]]'),
	(1300234506, 'looping-1', 'looping', 247, '[["step.completed",1795335991897401,"each/second",737,1,null],["step.started",1795335991897401,"each/first",740,1,null],["step.completed",1795335991897401,"each/second",739,1,null],["step.started",1795335991897401,"each/first",741,1,null]]'),
	(1302331659, 'looping-1', 'looping', 248, '[["step.completed",1795335991911700,"each/first",740,1,null],["step.skipped",1795335991911700,"each/go",742,0,null],["step.started",1795335991911700,"each/second",743,1,null],["step.completed",1795335991911700,"each/first",741,1,null],["step.skipped",1795335991911700,"each/go",744,0,null],["step.started",1795335991911700,"each/second",745,1,null]]'),
	(1304428812, 'looping-1', 'looping', 249, '[["step.completed",1795335991920999,"each/second",743,1,null],["step.started",1795335991920999,"each/first",746,1,null],["step.completed",1795335991920999,"each/second",745,1,null],["step.started",1795335991920999,"each/first",747,1,null]]'),
	(1306525965, 'looping-1', 'looping', 250, '[["step.completed",1795335991928839,"each/first",746,1,null],["step.skipped",1795335991928839,"each/go",748,0,null],["step.started",1795335991928839,"each/second",749,1,null],["step.completed",1795335991928839,"each/first",747,1,null],["step.skipped",1795335991928839,"each/go",750,0,null],["step.started",1795335991928839,"each/second",751,1,null]]'),
	(1308623118, 'looping-1', 'looping', 251, '[["step.completed",1795335991935901,"each/second",749,1,null],["step.started",1795335991935901,"each/first",752,1,null],["step.completed",1795335991935901,"each/second",751,1,null],["step.started",1795335991935901,"each/first",753,1,null]]'),
	(1314914577, 'looping-1', 'looping', 254, '[["step.completed",1795335991983684,"each/first",758,1,null],["step.skipped",1795335991983684,"each/go",760,0,null],["step.started",1795335991983684,"each/second",761,1,null],["step.completed",1795335991983684,"each/first",759,1,null],["step.skipped",1795335991983684,"each/go",762,0,null],["step.started",1795335991983684,"each/second",763,1,null]]'),
	(1317011730, 'looping-1', 'looping', 255, '[["step.completed",1795335991986642,"each/second",761,1,null],["step.started",1795335991986642,"each/first",764,1,null],["step.completed",1795335991986642,"each/second",763,1,null],["step.started",1795335991986642,"each/first",765,1,null]]'),
	(1319108883, 'looping-1', 'looping', 256, '[["step.completed",1795335991998209,"each/first",764,1,null],["step.skipped",1795335991998209,"each/go",766,0,null],["step.started",1795335991998209,"each/second",767,1,null],["step.completed",1795335991998209,"each/first",765,1,null],["step.skipped",1795335991998209,"each/go",768,0,null],["step.started",1795335991998209,"each/second",769,1,null]]'),
	(1321206036, 'looping-1', 'looping', 257, '[["step.completed",1795335992002051,"each/second",767,1,null],["step.completed",1795335992002051,"each/second",769,1,null]]'),
	(1337983260, 'looping-1', 'looping', 265, '[["step.completed",1795335992152368,"each/first",788,1,null],["step.skipped",1795335992152368,"each/go",790,0,null],["step.started",1795335992152368,"each/second",791,1,null],["step.completed",1795335992152368,"each/first",789,1,null],["step.skipped",1795335992152368,"each/go",792,0,null],["step.started",1795335992152368,"each/second",793,1,null]]'),
	(1340080413, 'looping-1', 'looping', 266, '[["step.completed",1795335992162586,"each/second",791,1,null],["step.started",1795335992162586,"each/first",794,1,null],["step.completed",1795335992162586,"each/second",793,1,null],["step.started",1795335992162586,"each/first",795,1,null]]'),
	(1342177566, 'looping-1', 'looping', 267, '[["step.completed",1795335992167937,"each/first",794,1,null],["step.skipped",1795335992167937,"each/go",796,0,null],["step.started",1795335992167937,"each/second",797,1,null],["step.completed",1795335992167937,"each/first",795,1,null],["step.skipped",1795335992167937,"each/go",798,0,null],["step.started",1795335992167937,"each/second",799,1,null]]'),
	(1344274719, 'looping-1', 'looping', 268, '[["step.completed",1795335992169892,"each/second",797,1,null],["step.started",1795335992169892,"each/first",800,1,null],["step.completed",1795335992169892,"each/second",799,1,null],["step.started",1795335992169892,"each/first",801,1,null]]'),
	(1346371872, 'looping-1', 'looping', 269, '[["step.completed",1795335992178299,"each/first",800,1,null],["step.skipped",1795335992178299,"each/go",802,0,null],["step.started",1795335992178299,"each/second",803,1,null],["step.completed",1795335992178299,"each/first",801,1,null],["step.skipped",1795335992178299,"each/go",804,0,null],["step.started",1795335992178299,"each/second",805,1,null]]'),
	(1348469025, 'looping-1', 'looping', 270, '[["step.completed",1795335992182366,"each/second",803,1,null],["step.started",1795335992182366,"each/first",806,1,null],["step.completed",1795335992182366,"each/second",805,1,null],["step.started",1795335992182366,"each/first",807,1,null]]'),
	(1356857637, 'looping-1', 'looping', 274, '[["step.completed",1795335992221894,"each/second",815,1,null],["step.started",1795335992221894,"each/first",818,1,null],["step.completed",1795335992221894,"each/second",817,1,null],["step.started",1795335992221894,"each/first",819,1,null]]'),
	(1358954790, 'looping-1', 'looping', 275, '[["step.completed",1795335992235892,"each/first",818,1,null],["step.skipped",1795335992235892,"each/go",820,0,null],["step.started",1795335992235892,"each/second",821,1,null],["step.completed",1795335992235892,"each/first",819,1,null],["step.skipped",1795335992235892,"each/go",822,0,null],["step.started",1795335992235892,"each/second",823,1,null]]'),
	(1361051943, 'looping-1', 'looping', 276, '[["step.completed",1795335992240043,"each/second",821,1,null],["step.started",1795335992240043,"each/first",824,1,null],["step.completed",1795335992240043,"each/second",823,1,null],["step.started",1795335992240043,"each/first",825,1,null]]'),
	(1363149096, 'looping-1', 'looping', 277, '[["step.completed",1795335992243789,"each/first",824,1,null],["step.skipped",1795335992243789,"each/go",826,0,null],["step.started",1795335992243789,"each/second",827,1,null],["step.completed",1795335992243789,"each/first",825,1,null],["step.skipped",1795335992243789,"each/go",828,0,null],["step.started",1795335992243789,"each/second",829,1,null]]'),
	(1365246249, 'looping-1', 'looping', 278, '[["step.completed",1795335992258530,"each/second",827,1,null],["step.started",1795335992258530,"each/first",830,1,null],["step.completed",1795335992258530,"each/second",829,1,null],["step.started",1795335992258530,"each/first",831,1,null]]'),
	(1367343402, 'looping-1', 'looping', 279, '[["step.completed",1795335992261820,"each/first",830,1,null],["step.skipped",1795335992261820,"each/go",832,0,null],["step.started",1795335992261820,"each/second",833,1,null],["step.completed",1795335992261820,"each/first",831,1,null],["step.skipped",1795335992261820,"each/go",834,0,null],["step.started",1795335992261820,"each/second",835,1,null]]'),
	(1373634861, 'looping-1', 'looping', 282, '[["step.completed",1795335992298971,"each/second",839,1,null],["step.started",1795335992298971,"each/first",842,1,null],["step.completed",1795335992298971,"each/second",841,1,null],["step.started",1795335992298971,"each/first",843,1,null]]'),
	(1375732014, 'looping-1', 'looping', 283, '[["step.completed",1795335992303044,"each/first",842,1,null],["step.skipped",1795335992303044,"each/go",844,0,null],["step.started",1795335992303044,"each/second",845,1,null],["step.completed",1795335992303044,"each/first",843,1,null],["step.skipped",1795335992303044,"each/go",846,0,null],["step.started",1795335992303044,"each/second",847,1,null]]'),
	(1377829167, 'looping-1', 'looping', 284, '[["step.completed",1795335992307869,"each/second",845,1,null],["step.started",1795335992307869,"each/first",848,1,null],["step.completed",1795335992307869,"each/second",847,1,null],["step.started",1795335992307869,"each/first",849,1,null]]'),
	(1386217779, 'looping-1', 'looping', 288, '[["step.completed",1795335992348068,"each/second",857,1,null],["step.started",1795335992348068,"each/first",860,1,null],["step.completed",1795335992348068,"each/second",859,1,null],["step.started",1795335992348068,"each/first",861,1,null]]'),
	(1390412085, 'looping-1', 'looping', 290, '[["step.completed",1795335992368009,"each/second",863,1,null],["step.started",1795335992368009,"each/first",866,1,null],["step.completed",1795335992368009,"each/second",865,1,null],["step.started",1795335992368009,"each/first",867,1,null]]'),
	(1396703544, 'looping-1', 'looping', 293, '[["step.completed",1795335992391244,"each/first",872,1,null],["step.skipped",1795335992391244,"each/go",874,0,null],["step.started",1795335992391244,"each/second",875,1,null],["step.completed",1795335992391244,"each/first",873,1,null],["step.skipped",1795335992391244,"each/go",876,0,null],["step.started",1795335992391244,"each/second",877,1,null]]'),
	(1398800697, 'looping-1', 'looping', 294, '[["step.completed",1795335992394574,"each/second",875,1,null],["step.started",1795335992394574,"each/first",878,1,null],["step.completed",1795335992394574,"each/second",877,1,null],["step.started",1795335992394574,"each/first",879,1,null]]'),
	(1369440555, 'looping-1', 'looping', 280, '[["step.completed",1795335992271028,"each/second",833,1,null],["step.started",1795335992271028,"each/first",836,1,null],["step.completed",1795335992271028,"each/second",835,1,null],["step.started",1795335992271028,"each/first",837,1,null]]'),
	(1371537708, 'looping-1', 'looping', 281, '[["step.completed",1795335992292426,"each/first",836,1,null],["step.skipped",1795335992292426,"each/go",838,0,null],["step.started",1795335992292426,"each/second",839,1,null],["step.completed",1795335992292426,"each/first",837,1,null],["step.skipped",1795335992292426,"each/go",840,0,null],["step.started",1795335992292426,"each/second",841,1,null]]'),
	(1379926320, 'looping-1', 'looping', 285, '[["step.completed",1795335992312207,"each/first",848,1,null],["step.skipped",1795335992312207,"each/go",850,0,null],["step.started",1795335992312207,"each/second",851,1,null],["step.completed",1795335992312207,"each/first",849,1,null],["step.skipped",1795335992312207,"each/go",852,0,null],["step.started",1795335992312207,"each/second",853,1,null]]'),
	(1382023473, 'looping-1', 'looping', 286, '[["step.completed",1795335992337999,"each/second",851,1,null],["step.started",1795335992337999,"each/first",854,1,null],["step.completed",1795335992337999,"each/second",853,1,null],["step.started",1795335992337999,"each/first",855,1,null]]'),
	(1384120626, 'looping-1', 'looping', 287, '[["step.completed",1795335992344015,"each/first",854,1,null],["step.skipped",1795335992344015,"each/go",856,0,null],["step.started",1795335992344015,"each/second",857,1,null],["step.completed",1795335992344015,"each/first",855,1,null],["step.skipped",1795335992344015,"each/go",858,0,null],["step.started",1795335992344015,"each/second",859,1,null]]'),
	(1388314932, 'looping-1', 'looping', 289, '[["step.completed",1795335992351943,"each/first",860,1,null],["step.skipped",1795335992351943,"each/go",862,0,null],["step.started",1795335992351943,"each/second",863,1,null],["step.completed",1795335992351943,"each/first",861,1,null],["step.skipped",1795335992351943,"each/go",864,0,null],["step.started",1795335992351943,"each/second",865,1,null]]'),
	(1392509238, 'looping-1', 'looping', 291, '[["step.completed",1795335992375464,"each/first",866,1,null],["step.skipped",1795335992375464,"each/go",868,0,null],["step.started",1795335992375464,"each/second",869,1,null],["step.completed",1795335992375464,"each/first",867,1,null],["step.skipped",1795335992375464,"each/go",870,0,null],["step.started",1795335992375464,"each/second",871,1,null]]'),
	(1394606391, 'looping-1', 'looping', 292, '[["step.completed",1795335992383640,"each/second",869,1,null],["step.started",1795335992383640,"each/first",872,1,null],["step.completed",1795335992383640,"each/second",871,1,null],["step.started",1795335992383640,"each/first",873,1,null]]'),
	(1407189309, 'looping-1', 'looping', 298, '[["step.completed",1795335992404392,"each/second",887,1,null],["step.started",1795335992404392,"each/first",890,1,null],["step.completed",1795335992404392,"each/second",889,1,null],["step.started",1795335992404392,"each/first",891,1,null]]'),
	(1409286462, 'looping-1', 'looping', 299, '[["step.completed",1795335992420142,"each/first",890,1,null],["step.skipped",1795335992420142,"each/go",892,0,null],["step.started",1795335992420142,"each/second",893,1,null],["step.completed",1795335992420142,"each/first",891,1,null],["step.skipped",1795335992420142,"each/go",894,0,null],["step.started",1795335992420142,"each/second",895,1,null]]'),
	(1400897850, 'looping-1', 'looping', 295, '[["step.completed",1795335992399962,"each/first",878,1,null],["step.skipped",1795335992399962,"each/go",880,0,null],["step.started",1795335992399962,"each/second",881,1,null],["step.completed",1795335992399962,"each/first",879,1,null],["step.skipped",1795335992399962,"each/go",882,0,null],["step.started",1795335992399962,"each/second",883,1,null]]'),
	(1402995003, 'looping-1', 'looping', 296, '[["step.completed",1795335992401634,"each/second",881,1,null],["step.started",1795335992401634,"each/first",884,1,null],["step.completed",1795335992401634,"each/second",883,1,null],["step.started",1795335992401634,"each/first",885,1,null]]'),
	(1405092156, 'looping-1', 'looping', 297, '[["step.completed",1795335992403038,"each/first",884,1,null],["step.skipped",1795335992403038,"each/go",886,0,null],["step.started",1795335992403038,"each/second",887,1,null],["step.completed",1795335992403038,"each/first",885,1,null],["step.skipped",1795335992403038,"each/go",888,0,null],["step.started",1795335992403038,"each/second",889,1,null]]'),
	(1411383615, 'looping-1', 'looping', 300, '[["step.completed",1795335992423887,"each/second",893,1,null],["step.started",1795335992423887,"each/first",896,1,null],["step.completed",1795335992423887,"each/second",895,1,null],["step.started",1795335992423887,"each/first",897,1,null]]'),
	(1413480768, 'looping-1', 'looping', 301, '[["step.completed",1795335992430636,"each/first",896,1,null],["step.skipped",1795335992430636,"each/go",898,0,null],["step.started",1795335992430636,"each/second",899,1,null],["step.completed",1795335992430636,"each/first",897,1,null],["step.skipped",1795335992430636,"each/go",900,0,null],["step.started",1795335992430636,"each/second",901,1,null]]'),
	(1415577921, 'looping-1', 'looping', 302, '[["step.completed",1795335992432415,"each/second",899,1,null],["step.started",1795335992432415,"each/first",902,1,null],["step.completed",1795335992432415,"each/second",901,1,null],["step.started",1795335992432415,"each/first",903,1,null]]'),
	(1417675074, 'looping-1', 'looping', 303, '[["step.completed",1795335992434039,"each/first",902,1,null],["step.started",1795335992434039,"each/go",904,1,null],["step.waiting",1795335992434039,"each/go",904,1,{"event":"go","key":"all"}],["step.completed",1795335992434039,"each/first",903,1,null],["step.started",1795335992434039,"each/go",905,1,null],["step.waiting",1795335992434039,"each/go",905,1,{"event":"go","key":"all"}]]');


--
-- Data for Name: pointer; Type: TABLE DATA; Schema: wfe_clusters; Owner: -
--

INSERT INTO wfe_clusters.pointer VALUES
	('waiting-1', 1, 'note', 'complete', 0, '/', false, NULL, 0, 1, 0, 0, 0, 1795335988370115, 1795335988370115, 1795335988450113, NULL, NULL, '{"notes":["note"]}', NULL, NULL, 2, NULL),
	('waiting-1', 2, 'go', 'waiting', 0, '/', true, NULL, 0, 1, 0, 0, 0, 1795335988450113, 1795335988450113, NULL, NULL, NULL, NULL, '{"wait":["go","all",1795335988369610]}', NULL, 1, NULL),
	('waiting-suspended', 1, 'note', 'complete', 0, '/', false, NULL, 0, 1, 0, 0, 0, 1795335988450258, 1795335988450258, 1795335988497443, NULL, NULL, '{"notes":["note"]}', NULL, NULL, 2, NULL),
	('waiting-suspended', 2, 'go', 'waiting', 0, '/', true, NULL, 0, 1, 0, 0, 0, 1795335988497443, 1795335988497443, NULL, NULL, NULL, NULL, '{"wait":["go","all",1795335988450003]}', NULL, 1, NULL),
	('looping-1', 278, 'each/first', 'complete', 1, '/1/', false, 92, 0, 1, 0, 0, 0, 1795335989904038, 1795335989904038, 1795335989920783, NULL, NULL, '184', NULL, NULL, 94, NULL),
	('sleeping-1', 1, 'note', 'complete', 0, '/', false, NULL, 0, 1, 0, 0, 0, 1795335988497579, 1795335988497579, 1795335988525851, NULL, NULL, '{"notes":["note"]}', NULL, NULL, 2, NULL),
	('sleeping-1', 2, 'delay', 'sleeping', 0, '/', true, NULL, 0, 1, 0, 0, 0, 1795335988525851, 1795335988525851, NULL, 1795336018525851, NULL, NULL, NULL, NULL, 1, NULL),
	('asking-1', 1, 'ask', 'waiting', 0, '/', true, NULL, 0, 1, 0, 1, 0, 1795335988525968, 1795335988525968, NULL, NULL, NULL, NULL, '{"reentry":true,"state":{"asked":1},"wait":["answer","asking-1",1795335988525748]}', NULL, 0, NULL),
	('looping-1', 280, 'each/go', 'skipped', 1, '/1/', false, 92, 0, 0, 0, 0, 0, 1795335989920783, NULL, 1795335989920783, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('failed-1', 1, 'note', 'complete', 0, '/', false, NULL, 0, 1, 0, 0, 0, 1795335988532435, 1795335988532435, 1795335988557114, NULL, NULL, '{"notes":["note"]}', NULL, NULL, 2, NULL),
	('looping-1', 2, 'each/first', 'complete', 1, '/1/', false, 0, 0, 1, 0, 0, 0, 1795335988557237, 1795335988557237, 1795335988590253, NULL, NULL, '0', NULL, NULL, 2, NULL),
	('looping-1', 4, 'each/go', 'skipped', 1, '/1/', false, 0, 0, 0, 0, 0, 0, 1795335988590253, NULL, 1795335988590253, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 3, 'each/first', 'complete', 1, '/1/', false, 1, 0, 1, 0, 0, 0, 1795335988557237, 1795335988557237, 1795335988590253, NULL, NULL, '2', NULL, NULL, 2, NULL),
	('looping-1', 6, 'each/go', 'skipped', 1, '/1/', false, 1, 0, 0, 0, 0, 0, 1795335988590253, NULL, 1795335988590253, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('saga-1', 1, 'saga', 'running', 0, '/', true, NULL, 0, 1, 0, 0, 0, 1795335988590442, 1795335988590442, NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 5, 'each/second', 'complete', 1, '/1/', false, 0, 0, 1, 0, 0, 0, 1795335988590253, 1795335988590253, 1795335988601202, NULL, NULL, '0', NULL, NULL, 3, NULL),
	('looping-1', 15, 'each/first', 'complete', 1, '/1/', false, 5, 0, 1, 0, 0, 0, 1795335988635364, 1795335988635364, 1795335988766872, NULL, NULL, '10', NULL, NULL, 6, NULL),
	('looping-1', 7, 'each/second', 'complete', 1, '/1/', false, 1, 0, 1, 0, 0, 0, 1795335988590253, 1795335988590253, 1795335988601202, NULL, NULL, '2', NULL, NULL, 3, NULL),
	('saga-1', 2, 'saga/one', 'complete', 1, '/1/', false, NULL, 0, 1, 0, 0, 0, 1795335988590442, 1795335988590442, 1795335988601355, NULL, NULL, '{"notes":["saga/one"]}', NULL, NULL, 2, 33554434),
	('parent-1', 1, 'parallel', 'running', 0, '/', true, NULL, 0, 1, 0, 0, 0, 1795335988617493, 1795335988617493, NULL, NULL, NULL, NULL, '{"next":2}', NULL, 0, NULL),
	('parent-1', 2, 'parallel/child', 'waiting', 1, '/1/', true, NULL, 0, 1, 0, 0, 0, 1795335988617493, 1795335988617493, NULL, NULL, NULL, NULL, '{"child":"parent-1/2/1"}', NULL, 0, NULL),
	('parent-1', 3, 'parallel/work', 'waiting', 1, '/1/', true, NULL, 0, 1, 0, 0, 0, 1795335988617493, 1795335988617493, NULL, NULL, NULL, NULL, '{"activity":"parent-1/3/1"}', NULL, 0, NULL),
	('looping-1', 8, 'each/first', 'complete', 1, '/1/', false, 2, 0, 1, 0, 0, 0, 1795335988601202, 1795335988601202, 1795335988617829, NULL, NULL, '4', NULL, NULL, 4, NULL),
	('looping-1', 10, 'each/go', 'skipped', 1, '/1/', false, 2, 0, 0, 0, 0, 0, 1795335988617829, NULL, 1795335988617829, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 9, 'each/first', 'complete', 1, '/1/', false, 3, 0, 1, 0, 0, 0, 1795335988601202, 1795335988601202, 1795335988617829, NULL, NULL, '6', NULL, NULL, 4, NULL),
	('looping-1', 12, 'each/go', 'skipped', 1, '/1/', false, 3, 0, 0, 0, 0, 0, 1795335988617829, NULL, 1795335988617829, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('saga-1', 3, 'saga/two', 'complete', 1, '/1/', false, NULL, 0, 1, 0, 0, 0, 1795335988601355, 1795335988601355, 1795335988617953, NULL, NULL, '{"notes":["saga/one","saga/two"]}', NULL, NULL, 3, 50331650),
	('saga-1', 4, 'saga/go', 'waiting', 1, '/1/', true, NULL, 0, 1, 0, 0, 0, 1795335988617953, 1795335988617953, NULL, NULL, NULL, NULL, '{"wait":["go","all",1795335988590157]}', NULL, 2, NULL),
	('parent-1/2/1', 1, 'note', 'complete', 0, '/', false, NULL, 0, 1, 0, 0, 0, 1795335988617493, 1795335988617493, 1795335988635246, NULL, NULL, '{"notes":["note"]}', NULL, NULL, 2, NULL),
	('parent-1/2/1', 2, 'go', 'waiting', 0, '/', true, NULL, 0, 1, 0, 0, 0, 1795335988635246, 1795335988635246, NULL, NULL, NULL, NULL, '{"wait":["go","all",1795335988617493]}', NULL, 1, NULL),
	('looping-1', 11, 'each/second', 'complete', 1, '/1/', false, 2, 0, 1, 0, 0, 0, 1795335988617829, 1795335988617829, 1795335988635364, NULL, NULL, '4', NULL, NULL, 5, NULL),
	('looping-1', 13, 'each/second', 'complete', 1, '/1/', false, 3, 0, 1, 0, 0, 0, 1795335988617829, 1795335988617829, 1795335988635364, NULL, NULL, '6', NULL, NULL, 5, NULL),
	('failed-1', 2, 'mended', 'complete', 0, '/', false, NULL, 0, 1, 0, 0, 0, 1795335988557114, 1795335988557114, 1795335988766731, NULL, NULL, 'false', NULL, NULL, 3, NULL),
	('looping-1', 14, 'each/first', 'complete', 1, '/1/', false, 4, 0, 1, 0, 0, 0, 1795335988635364, 1795335988635364, 1795335988766872, NULL, NULL, '8', NULL, NULL, 6, NULL),
	('looping-1', 16, 'each/go', 'skipped', 1, '/1/', false, 4, 0, 0, 0, 0, 0, 1795335988766872, NULL, 1795335988766872, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 18, 'each/go', 'skipped', 1, '/1/', false, 5, 0, 0, 0, 0, 0, 1795335988766872, NULL, 1795335988766872, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('failed-1', 3, 'fail_first', 'failed', 0, '/', true, NULL, 0, 1, 1, 0, 0, 1795335988766731, 1795335988766731, NULL, NULL, NULL, NULL, NULL, '{"type":"StepError","message":"not mended yet","step_key":"fail_first","traceback":"Traceback (most recent call last):\n  File \"/srv/wfe/wfe_host/runner.py\", line 109, in _run\n    value = await self._call()\n            ^^^^^^^^^^^^^^^^^^\n  File \"/srv/wfe/wfe_host/runner.py\", line 155, in _call\n    return await self._body(ctx, args, kwargs)\n           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n  File \"/srv/wfe/wfe_host/runner.py\", line 177, in _invoke\n    return await (spec.invoke(args, kwargs) if spec.is_async else self._in_thread(args, kwargs))\n           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n  File \"/srv/wfe/tests/upgrade/flows.py\", line 41, in fail_first\n    raise StepError(msg, retryable=False)\nwfe_core.errors.StepError: not mended yet\n","retryable":false}', 2, NULL),
	('looping-1', 17, 'each/second', 'complete', 1, '/1/', false, 4, 0, 1, 0, 0, 0, 1795335988766872, 1795335988766872, 1795335988804560, NULL, NULL, '8', NULL, NULL, 7, NULL),
	('looping-1', 279, 'each/first', 'complete', 1, '/1/', false, 93, 0, 1, 0, 0, 0, 1795335989904038, 1795335989904038, 1795335989920783, NULL, NULL, '186', NULL, NULL, 94, NULL),
	('looping-1', 19, 'each/second', 'complete', 1, '/1/', false, 5, 0, 1, 0, 0, 0, 1795335988766872, 1795335988766872, 1795335988804560, NULL, NULL, '10', NULL, NULL, 7, NULL),
	('looping-1', 20, 'each/first', 'complete', 1, '/1/', false, 6, 0, 1, 0, 0, 0, 1795335988804560, 1795335988804560, 1795335988826644, NULL, NULL, '12', NULL, NULL, 8, NULL),
	('looping-1', 22, 'each/go', 'skipped', 1, '/1/', false, 6, 0, 0, 0, 0, 0, 1795335988826644, NULL, 1795335988826644, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 21, 'each/first', 'complete', 1, '/1/', false, 7, 0, 1, 0, 0, 0, 1795335988804560, 1795335988804560, 1795335988826644, NULL, NULL, '14', NULL, NULL, 8, NULL),
	('looping-1', 24, 'each/go', 'skipped', 1, '/1/', false, 7, 0, 0, 0, 0, 0, 1795335988826644, NULL, 1795335988826644, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 23, 'each/second', 'complete', 1, '/1/', false, 6, 0, 1, 0, 0, 0, 1795335988826644, 1795335988826644, 1795335988844043, NULL, NULL, '12', NULL, NULL, 9, NULL),
	('looping-1', 62, 'each/first', 'complete', 1, '/1/', false, 20, 0, 1, 0, 0, 0, 1795335989048401, 1795335989048401, 1795335989064858, NULL, NULL, '40', NULL, NULL, 22, NULL),
	('looping-1', 25, 'each/second', 'complete', 1, '/1/', false, 7, 0, 1, 0, 0, 0, 1795335988826644, 1795335988826644, 1795335988844043, NULL, NULL, '14', NULL, NULL, 9, NULL),
	('looping-1', 64, 'each/go', 'skipped', 1, '/1/', false, 20, 0, 0, 0, 0, 0, 1795335989064858, NULL, 1795335989064858, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 38, 'each/first', 'complete', 1, '/1/', false, 12, 0, 1, 0, 0, 0, 1795335988919564, 1795335988919564, 1795335988938725, NULL, NULL, '24', NULL, NULL, 14, NULL),
	('looping-1', 40, 'each/go', 'skipped', 1, '/1/', false, 12, 0, 0, 0, 0, 0, 1795335988938725, NULL, 1795335988938725, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 39, 'each/first', 'complete', 1, '/1/', false, 13, 0, 1, 0, 0, 0, 1795335988919564, 1795335988919564, 1795335988938725, NULL, NULL, '26', NULL, NULL, 14, NULL),
	('looping-1', 42, 'each/go', 'skipped', 1, '/1/', false, 13, 0, 0, 0, 0, 0, 1795335988938725, NULL, 1795335988938725, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 41, 'each/second', 'complete', 1, '/1/', false, 12, 0, 1, 0, 0, 0, 1795335988938725, 1795335988938725, 1795335988946843, NULL, NULL, '24', NULL, NULL, 15, NULL),
	('looping-1', 63, 'each/first', 'complete', 1, '/1/', false, 21, 0, 1, 0, 0, 0, 1795335989048401, 1795335989048401, 1795335989064858, NULL, NULL, '42', NULL, NULL, 22, NULL),
	('looping-1', 43, 'each/second', 'complete', 1, '/1/', false, 13, 0, 1, 0, 0, 0, 1795335988938725, 1795335988938725, 1795335988946843, NULL, NULL, '26', NULL, NULL, 15, NULL),
	('looping-1', 46, 'each/go', 'skipped', 1, '/1/', false, 14, 0, 0, 0, 0, 0, 1795335988959046, NULL, 1795335988959046, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 48, 'each/go', 'skipped', 1, '/1/', false, 15, 0, 0, 0, 0, 0, 1795335988959046, NULL, 1795335988959046, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 47, 'each/second', 'complete', 1, '/1/', false, 14, 0, 1, 0, 0, 0, 1795335988959046, 1795335988959046, 1795335988986312, NULL, NULL, '28', NULL, NULL, 17, NULL),
	('looping-1', 66, 'each/go', 'skipped', 1, '/1/', false, 21, 0, 0, 0, 0, 0, 1795335989064858, NULL, 1795335989064858, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 49, 'each/second', 'complete', 1, '/1/', false, 15, 0, 1, 0, 0, 0, 1795335988959046, 1795335988959046, 1795335988986312, NULL, NULL, '30', NULL, NULL, 17, NULL),
	('looping-1', 50, 'each/first', 'complete', 1, '/1/', false, 16, 0, 1, 0, 0, 0, 1795335988986312, 1795335988986312, 1795335988994032, NULL, NULL, '32', NULL, NULL, 18, NULL),
	('looping-1', 51, 'each/first', 'complete', 1, '/1/', false, 17, 0, 1, 0, 0, 0, 1795335988986312, 1795335988986312, 1795335988994032, NULL, NULL, '34', NULL, NULL, 18, NULL),
	('looping-1', 83, 'each/second', 'complete', 1, '/1/', false, 26, 0, 1, 0, 0, 0, 1795335989175341, 1795335989175341, 1795335989186012, NULL, NULL, '52', NULL, NULL, 29, NULL),
	('looping-1', 65, 'each/second', 'complete', 1, '/1/', false, 20, 0, 1, 0, 0, 0, 1795335989064858, 1795335989064858, 1795335989088689, NULL, NULL, '40', NULL, NULL, 23, NULL),
	('looping-1', 95, 'each/second', 'complete', 1, '/1/', false, 30, 0, 1, 0, 0, 0, 1795335989227412, 1795335989227412, 1795335989247041, NULL, NULL, '60', NULL, NULL, 33, NULL),
	('looping-1', 67, 'each/second', 'complete', 1, '/1/', false, 21, 0, 1, 0, 0, 0, 1795335989064858, 1795335989064858, 1795335989088689, NULL, NULL, '42', NULL, NULL, 23, NULL),
	('looping-1', 85, 'each/second', 'complete', 1, '/1/', false, 27, 0, 1, 0, 0, 0, 1795335989175341, 1795335989175341, 1795335989186012, NULL, NULL, '54', NULL, NULL, 29, NULL),
	('looping-1', 80, 'each/first', 'complete', 1, '/1/', false, 26, 0, 1, 0, 0, 0, 1795335989155343, 1795335989155343, 1795335989175341, NULL, NULL, '52', NULL, NULL, 28, NULL),
	('looping-1', 82, 'each/go', 'skipped', 1, '/1/', false, 26, 0, 0, 0, 0, 0, 1795335989175341, NULL, 1795335989175341, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 81, 'each/first', 'complete', 1, '/1/', false, 27, 0, 1, 0, 0, 0, 1795335989155343, 1795335989155343, 1795335989175341, NULL, NULL, '54', NULL, NULL, 28, NULL),
	('looping-1', 84, 'each/go', 'skipped', 1, '/1/', false, 27, 0, 0, 0, 0, 0, 1795335989175341, NULL, 1795335989175341, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 98, 'each/first', 'complete', 1, '/1/', false, 32, 0, 1, 0, 0, 0, 1795335989247041, 1795335989247041, 1795335989256868, NULL, NULL, '64', NULL, NULL, 34, NULL),
	('looping-1', 94, 'each/go', 'skipped', 1, '/1/', false, 30, 0, 0, 0, 0, 0, 1795335989227412, NULL, 1795335989227412, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 96, 'each/go', 'skipped', 1, '/1/', false, 31, 0, 0, 0, 0, 0, 1795335989227412, NULL, 1795335989227412, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 107, 'each/second', 'complete', 1, '/1/', false, 34, 0, 1, 0, 0, 0, 1795335989294991, 1795335989294991, 1795335989309599, NULL, NULL, '68', NULL, NULL, 37, NULL),
	('looping-1', 97, 'each/second', 'complete', 1, '/1/', false, 31, 0, 1, 0, 0, 0, 1795335989227412, 1795335989227412, 1795335989247041, NULL, NULL, '62', NULL, NULL, 33, NULL),
	('looping-1', 99, 'each/first', 'complete', 1, '/1/', false, 33, 0, 1, 0, 0, 0, 1795335989247041, 1795335989247041, 1795335989256868, NULL, NULL, '66', NULL, NULL, 34, NULL),
	('looping-1', 110, 'each/first', 'complete', 1, '/1/', false, 36, 0, 1, 0, 0, 0, 1795335989309599, 1795335989309599, 1795335989327853, NULL, NULL, '72', NULL, NULL, 38, NULL),
	('looping-1', 106, 'each/go', 'skipped', 1, '/1/', false, 34, 0, 0, 0, 0, 0, 1795335989294991, NULL, 1795335989294991, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 108, 'each/go', 'skipped', 1, '/1/', false, 35, 0, 0, 0, 0, 0, 1795335989294991, NULL, 1795335989294991, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 282, 'each/go', 'skipped', 1, '/1/', false, 93, 0, 0, 0, 0, 0, 1795335989920783, NULL, 1795335989920783, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 26, 'each/first', 'complete', 1, '/1/', false, 8, 0, 1, 0, 0, 0, 1795335988844043, 1795335988844043, 1795335988860904, NULL, NULL, '16', NULL, NULL, 10, NULL),
	('looping-1', 28, 'each/go', 'skipped', 1, '/1/', false, 8, 0, 0, 0, 0, 0, 1795335988860904, NULL, 1795335988860904, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 292, 'each/go', 'skipped', 1, '/1/', false, 96, 0, 0, 0, 0, 0, 1795335989980082, NULL, 1795335989980082, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 27, 'each/first', 'complete', 1, '/1/', false, 9, 0, 1, 0, 0, 0, 1795335988844043, 1795335988844043, 1795335988860904, NULL, NULL, '18', NULL, NULL, 10, NULL),
	('looping-1', 30, 'each/go', 'skipped', 1, '/1/', false, 9, 0, 0, 0, 0, 0, 1795335988860904, NULL, 1795335988860904, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 29, 'each/second', 'complete', 1, '/1/', false, 8, 0, 1, 0, 0, 0, 1795335988860904, 1795335988860904, 1795335988874023, NULL, NULL, '16', NULL, NULL, 11, NULL),
	('looping-1', 31, 'each/second', 'complete', 1, '/1/', false, 9, 0, 1, 0, 0, 0, 1795335988860904, 1795335988860904, 1795335988874023, NULL, NULL, '18', NULL, NULL, 11, NULL),
	('looping-1', 32, 'each/first', 'complete', 1, '/1/', false, 10, 0, 1, 0, 0, 0, 1795335988874023, 1795335988874023, 1795335988886835, NULL, NULL, '20', NULL, NULL, 12, NULL),
	('looping-1', 34, 'each/go', 'skipped', 1, '/1/', false, 10, 0, 0, 0, 0, 0, 1795335988886835, NULL, 1795335988886835, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 33, 'each/first', 'complete', 1, '/1/', false, 11, 0, 1, 0, 0, 0, 1795335988874023, 1795335988874023, 1795335988886835, NULL, NULL, '22', NULL, NULL, 12, NULL),
	('looping-1', 36, 'each/go', 'skipped', 1, '/1/', false, 11, 0, 0, 0, 0, 0, 1795335988886835, NULL, 1795335988886835, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 35, 'each/second', 'complete', 1, '/1/', false, 10, 0, 1, 0, 0, 0, 1795335988886835, 1795335988886835, 1795335988919564, NULL, NULL, '20', NULL, NULL, 13, NULL),
	('looping-1', 37, 'each/second', 'complete', 1, '/1/', false, 11, 0, 1, 0, 0, 0, 1795335988886835, 1795335988886835, 1795335988919564, NULL, NULL, '22', NULL, NULL, 13, NULL),
	('looping-1', 44, 'each/first', 'complete', 1, '/1/', false, 14, 0, 1, 0, 0, 0, 1795335988946843, 1795335988946843, 1795335988959046, NULL, NULL, '28', NULL, NULL, 16, NULL),
	('looping-1', 45, 'each/first', 'complete', 1, '/1/', false, 15, 0, 1, 0, 0, 0, 1795335988946843, 1795335988946843, 1795335988959046, NULL, NULL, '30', NULL, NULL, 16, NULL),
	('looping-1', 52, 'each/go', 'skipped', 1, '/1/', false, 16, 0, 0, 0, 0, 0, 1795335988994032, NULL, 1795335988994032, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 54, 'each/go', 'skipped', 1, '/1/', false, 17, 0, 0, 0, 0, 0, 1795335988994032, NULL, 1795335988994032, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 53, 'each/second', 'complete', 1, '/1/', false, 16, 0, 1, 0, 0, 0, 1795335988994032, 1795335988994032, 1795335989013225, NULL, NULL, '32', NULL, NULL, 19, NULL),
	('looping-1', 55, 'each/second', 'complete', 1, '/1/', false, 17, 0, 1, 0, 0, 0, 1795335988994032, 1795335988994032, 1795335989013225, NULL, NULL, '34', NULL, NULL, 19, NULL),
	('looping-1', 56, 'each/first', 'complete', 1, '/1/', false, 18, 0, 1, 0, 0, 0, 1795335989013225, 1795335989013225, 1795335989030491, NULL, NULL, '36', NULL, NULL, 20, NULL),
	('looping-1', 58, 'each/go', 'skipped', 1, '/1/', false, 18, 0, 0, 0, 0, 0, 1795335989030491, NULL, 1795335989030491, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 57, 'each/first', 'complete', 1, '/1/', false, 19, 0, 1, 0, 0, 0, 1795335989013225, 1795335989013225, 1795335989030491, NULL, NULL, '38', NULL, NULL, 20, NULL),
	('looping-1', 60, 'each/go', 'skipped', 1, '/1/', false, 19, 0, 0, 0, 0, 0, 1795335989030491, NULL, 1795335989030491, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 59, 'each/second', 'complete', 1, '/1/', false, 18, 0, 1, 0, 0, 0, 1795335989030491, 1795335989030491, 1795335989048401, NULL, NULL, '36', NULL, NULL, 21, NULL),
	('looping-1', 61, 'each/second', 'complete', 1, '/1/', false, 19, 0, 1, 0, 0, 0, 1795335989030491, 1795335989030491, 1795335989048401, NULL, NULL, '38', NULL, NULL, 21, NULL),
	('looping-1', 68, 'each/first', 'complete', 1, '/1/', false, 22, 0, 1, 0, 0, 0, 1795335989088689, 1795335989088689, 1795335989113309, NULL, NULL, '44', NULL, NULL, 24, NULL),
	('looping-1', 70, 'each/go', 'skipped', 1, '/1/', false, 22, 0, 0, 0, 0, 0, 1795335989113309, NULL, 1795335989113309, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 69, 'each/first', 'complete', 1, '/1/', false, 23, 0, 1, 0, 0, 0, 1795335989088689, 1795335989088689, 1795335989113309, NULL, NULL, '46', NULL, NULL, 24, NULL),
	('looping-1', 72, 'each/go', 'skipped', 1, '/1/', false, 23, 0, 0, 0, 0, 0, 1795335989113309, NULL, 1795335989113309, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 71, 'each/second', 'complete', 1, '/1/', false, 22, 0, 1, 0, 0, 0, 1795335989113309, 1795335989113309, 1795335989129736, NULL, NULL, '44', NULL, NULL, 25, NULL),
	('looping-1', 73, 'each/second', 'complete', 1, '/1/', false, 23, 0, 1, 0, 0, 0, 1795335989113309, 1795335989113309, 1795335989129736, NULL, NULL, '46', NULL, NULL, 25, NULL),
	('looping-1', 74, 'each/first', 'complete', 1, '/1/', false, 24, 0, 1, 0, 0, 0, 1795335989129736, 1795335989129736, 1795335989142504, NULL, NULL, '48', NULL, NULL, 26, NULL),
	('looping-1', 76, 'each/go', 'skipped', 1, '/1/', false, 24, 0, 0, 0, 0, 0, 1795335989142504, NULL, 1795335989142504, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 75, 'each/first', 'complete', 1, '/1/', false, 25, 0, 1, 0, 0, 0, 1795335989129736, 1795335989129736, 1795335989142504, NULL, NULL, '50', NULL, NULL, 26, NULL),
	('looping-1', 78, 'each/go', 'skipped', 1, '/1/', false, 25, 0, 0, 0, 0, 0, 1795335989142504, NULL, 1795335989142504, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 77, 'each/second', 'complete', 1, '/1/', false, 24, 0, 1, 0, 0, 0, 1795335989142504, 1795335989142504, 1795335989155343, NULL, NULL, '48', NULL, NULL, 27, NULL),
	('looping-1', 79, 'each/second', 'complete', 1, '/1/', false, 25, 0, 1, 0, 0, 0, 1795335989142504, 1795335989142504, 1795335989155343, NULL, NULL, '50', NULL, NULL, 27, NULL),
	('looping-1', 86, 'each/first', 'complete', 1, '/1/', false, 28, 0, 1, 0, 0, 0, 1795335989186012, 1795335989186012, 1795335989196190, NULL, NULL, '56', NULL, NULL, 30, NULL),
	('looping-1', 88, 'each/go', 'skipped', 1, '/1/', false, 28, 0, 0, 0, 0, 0, 1795335989196190, NULL, 1795335989196190, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 87, 'each/first', 'complete', 1, '/1/', false, 29, 0, 1, 0, 0, 0, 1795335989186012, 1795335989186012, 1795335989196190, NULL, NULL, '58', NULL, NULL, 30, NULL),
	('looping-1', 90, 'each/go', 'skipped', 1, '/1/', false, 29, 0, 0, 0, 0, 0, 1795335989196190, NULL, 1795335989196190, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 89, 'each/second', 'complete', 1, '/1/', false, 28, 0, 1, 0, 0, 0, 1795335989196190, 1795335989196190, 1795335989217402, NULL, NULL, '56', NULL, NULL, 31, NULL),
	('looping-1', 92, 'each/first', 'complete', 1, '/1/', false, 30, 0, 1, 0, 0, 0, 1795335989217402, 1795335989217402, 1795335989227412, NULL, NULL, '60', NULL, NULL, 32, NULL),
	('looping-1', 91, 'each/second', 'complete', 1, '/1/', false, 29, 0, 1, 0, 0, 0, 1795335989196190, 1795335989196190, 1795335989217402, NULL, NULL, '58', NULL, NULL, 31, NULL),
	('looping-1', 281, 'each/second', 'complete', 1, '/1/', false, 92, 0, 1, 0, 0, 0, 1795335989920783, 1795335989920783, 1795335989935406, NULL, NULL, '184', NULL, NULL, 95, NULL),
	('looping-1', 93, 'each/first', 'complete', 1, '/1/', false, 31, 0, 1, 0, 0, 0, 1795335989217402, 1795335989217402, 1795335989227412, NULL, NULL, '62', NULL, NULL, 32, NULL),
	('looping-1', 100, 'each/go', 'skipped', 1, '/1/', false, 32, 0, 0, 0, 0, 0, 1795335989256868, NULL, 1795335989256868, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 102, 'each/go', 'skipped', 1, '/1/', false, 33, 0, 0, 0, 0, 0, 1795335989256868, NULL, 1795335989256868, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 101, 'each/second', 'complete', 1, '/1/', false, 32, 0, 1, 0, 0, 0, 1795335989256868, 1795335989256868, 1795335989270269, NULL, NULL, '64', NULL, NULL, 35, NULL),
	('looping-1', 103, 'each/second', 'complete', 1, '/1/', false, 33, 0, 1, 0, 0, 0, 1795335989256868, 1795335989256868, 1795335989270269, NULL, NULL, '66', NULL, NULL, 35, NULL),
	('looping-1', 104, 'each/first', 'complete', 1, '/1/', false, 34, 0, 1, 0, 0, 0, 1795335989270269, 1795335989270269, 1795335989294991, NULL, NULL, '68', NULL, NULL, 36, NULL),
	('looping-1', 105, 'each/first', 'complete', 1, '/1/', false, 35, 0, 1, 0, 0, 0, 1795335989270269, 1795335989270269, 1795335989294991, NULL, NULL, '70', NULL, NULL, 36, NULL),
	('looping-1', 146, 'each/first', 'complete', 1, '/1/', false, 48, 0, 1, 0, 0, 0, 1795335989446338, 1795335989446338, 1795335989459368, NULL, NULL, '96', NULL, NULL, 50, NULL),
	('looping-1', 148, 'each/go', 'skipped', 1, '/1/', false, 48, 0, 0, 0, 0, 0, 1795335989459368, NULL, 1795335989459368, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 147, 'each/first', 'complete', 1, '/1/', false, 49, 0, 1, 0, 0, 0, 1795335989446338, 1795335989446338, 1795335989459368, NULL, NULL, '98', NULL, NULL, 50, NULL),
	('looping-1', 150, 'each/go', 'skipped', 1, '/1/', false, 49, 0, 0, 0, 0, 0, 1795335989459368, NULL, 1795335989459368, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 149, 'each/second', 'complete', 1, '/1/', false, 48, 0, 1, 0, 0, 0, 1795335989459368, 1795335989459368, 1795335989468571, NULL, NULL, '96', NULL, NULL, 51, NULL),
	('looping-1', 151, 'each/second', 'complete', 1, '/1/', false, 49, 0, 1, 0, 0, 0, 1795335989459368, 1795335989459368, 1795335989468571, NULL, NULL, '98', NULL, NULL, 51, NULL),
	('looping-1', 152, 'each/first', 'complete', 1, '/1/', false, 50, 0, 1, 0, 0, 0, 1795335989468571, 1795335989468571, 1795335989478011, NULL, NULL, '100', NULL, NULL, 52, NULL),
	('looping-1', 154, 'each/go', 'skipped', 1, '/1/', false, 50, 0, 0, 0, 0, 0, 1795335989478011, NULL, 1795335989478011, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 153, 'each/first', 'complete', 1, '/1/', false, 51, 0, 1, 0, 0, 0, 1795335989468571, 1795335989468571, 1795335989478011, NULL, NULL, '102', NULL, NULL, 52, NULL),
	('looping-1', 156, 'each/go', 'skipped', 1, '/1/', false, 51, 0, 0, 0, 0, 0, 1795335989478011, NULL, 1795335989478011, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 155, 'each/second', 'complete', 1, '/1/', false, 50, 0, 1, 0, 0, 0, 1795335989478011, 1795335989478011, 1795335989481594, NULL, NULL, '100', NULL, NULL, 53, NULL),
	('looping-1', 157, 'each/second', 'complete', 1, '/1/', false, 51, 0, 1, 0, 0, 0, 1795335989478011, 1795335989478011, 1795335989481594, NULL, NULL, '102', NULL, NULL, 53, NULL),
	('looping-1', 158, 'each/first', 'complete', 1, '/1/', false, 52, 0, 1, 0, 0, 0, 1795335989481594, 1795335989481594, 1795335989492282, NULL, NULL, '104', NULL, NULL, 54, NULL),
	('looping-1', 160, 'each/go', 'skipped', 1, '/1/', false, 52, 0, 0, 0, 0, 0, 1795335989492282, NULL, 1795335989492282, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 159, 'each/first', 'complete', 1, '/1/', false, 53, 0, 1, 0, 0, 0, 1795335989481594, 1795335989481594, 1795335989492282, NULL, NULL, '106', NULL, NULL, 54, NULL),
	('looping-1', 162, 'each/go', 'skipped', 1, '/1/', false, 53, 0, 0, 0, 0, 0, 1795335989492282, NULL, 1795335989492282, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 161, 'each/second', 'complete', 1, '/1/', false, 52, 0, 1, 0, 0, 0, 1795335989492282, 1795335989492282, 1795335989508132, NULL, NULL, '104', NULL, NULL, 55, NULL),
	('looping-1', 163, 'each/second', 'complete', 1, '/1/', false, 53, 0, 1, 0, 0, 0, 1795335989492282, 1795335989492282, 1795335989508132, NULL, NULL, '106', NULL, NULL, 55, NULL),
	('looping-1', 164, 'each/first', 'complete', 1, '/1/', false, 54, 0, 1, 0, 0, 0, 1795335989508132, 1795335989508132, 1795335989518826, NULL, NULL, '108', NULL, NULL, 56, NULL),
	('looping-1', 166, 'each/go', 'skipped', 1, '/1/', false, 54, 0, 0, 0, 0, 0, 1795335989518826, NULL, 1795335989518826, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 165, 'each/first', 'complete', 1, '/1/', false, 55, 0, 1, 0, 0, 0, 1795335989508132, 1795335989508132, 1795335989518826, NULL, NULL, '110', NULL, NULL, 56, NULL),
	('looping-1', 168, 'each/go', 'skipped', 1, '/1/', false, 55, 0, 0, 0, 0, 0, 1795335989518826, NULL, 1795335989518826, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 167, 'each/second', 'complete', 1, '/1/', false, 54, 0, 1, 0, 0, 0, 1795335989518826, 1795335989518826, 1795335989531440, NULL, NULL, '108', NULL, NULL, 57, NULL),
	('looping-1', 169, 'each/second', 'complete', 1, '/1/', false, 55, 0, 1, 0, 0, 0, 1795335989518826, 1795335989518826, 1795335989531440, NULL, NULL, '110', NULL, NULL, 57, NULL),
	('looping-1', 172, 'each/go', 'skipped', 1, '/1/', false, 56, 0, 0, 0, 0, 0, 1795335989541906, NULL, 1795335989541906, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 174, 'each/go', 'skipped', 1, '/1/', false, 57, 0, 0, 0, 0, 0, 1795335989541906, NULL, 1795335989541906, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 173, 'each/second', 'complete', 1, '/1/', false, 56, 0, 1, 0, 0, 0, 1795335989541906, 1795335989541906, 1795335989547281, NULL, NULL, '112', NULL, NULL, 59, NULL),
	('looping-1', 175, 'each/second', 'complete', 1, '/1/', false, 57, 0, 1, 0, 0, 0, 1795335989541906, 1795335989541906, 1795335989547281, NULL, NULL, '114', NULL, NULL, 59, NULL),
	('looping-1', 176, 'each/first', 'complete', 1, '/1/', false, 58, 0, 1, 0, 0, 0, 1795335989547281, 1795335989547281, 1795335989562041, NULL, NULL, '116', NULL, NULL, 60, NULL),
	('looping-1', 178, 'each/go', 'skipped', 1, '/1/', false, 58, 0, 0, 0, 0, 0, 1795335989562041, NULL, 1795335989562041, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 177, 'each/first', 'complete', 1, '/1/', false, 59, 0, 1, 0, 0, 0, 1795335989547281, 1795335989547281, 1795335989562041, NULL, NULL, '118', NULL, NULL, 60, NULL),
	('looping-1', 180, 'each/go', 'skipped', 1, '/1/', false, 59, 0, 0, 0, 0, 0, 1795335989562041, NULL, 1795335989562041, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 179, 'each/second', 'complete', 1, '/1/', false, 58, 0, 1, 0, 0, 0, 1795335989562041, 1795335989562041, 1795335989568365, NULL, NULL, '116', NULL, NULL, 61, NULL),
	('looping-1', 182, 'each/first', 'complete', 1, '/1/', false, 60, 0, 1, 0, 0, 0, 1795335989568365, 1795335989568365, 1795335989575593, NULL, NULL, '120', NULL, NULL, 62, NULL),
	('looping-1', 283, 'each/second', 'complete', 1, '/1/', false, 93, 0, 1, 0, 0, 0, 1795335989920783, 1795335989920783, 1795335989935406, NULL, NULL, '186', NULL, NULL, 95, NULL),
	('looping-1', 109, 'each/second', 'complete', 1, '/1/', false, 35, 0, 1, 0, 0, 0, 1795335989294991, 1795335989294991, 1795335989309599, NULL, NULL, '70', NULL, NULL, 37, NULL),
	('looping-1', 112, 'each/go', 'skipped', 1, '/1/', false, 36, 0, 0, 0, 0, 0, 1795335989327853, NULL, 1795335989327853, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 456, 'each/go', 'skipped', 1, '/1/', false, 151, 0, 0, 0, 0, 0, 1795335990785174, NULL, 1795335990785174, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 111, 'each/first', 'complete', 1, '/1/', false, 37, 0, 1, 0, 0, 0, 1795335989309599, 1795335989309599, 1795335989327853, NULL, NULL, '74', NULL, NULL, 38, NULL),
	('looping-1', 114, 'each/go', 'skipped', 1, '/1/', false, 37, 0, 0, 0, 0, 0, 1795335989327853, NULL, 1795335989327853, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 113, 'each/second', 'complete', 1, '/1/', false, 36, 0, 1, 0, 0, 0, 1795335989327853, 1795335989327853, 1795335989336288, NULL, NULL, '72', NULL, NULL, 39, NULL),
	('looping-1', 140, 'each/first', 'complete', 1, '/1/', false, 46, 0, 1, 0, 0, 0, 1795335989430814, 1795335989430814, 1795335989438166, NULL, NULL, '92', NULL, NULL, 48, NULL),
	('looping-1', 115, 'each/second', 'complete', 1, '/1/', false, 37, 0, 1, 0, 0, 0, 1795335989327853, 1795335989327853, 1795335989336288, NULL, NULL, '74', NULL, NULL, 39, NULL),
	('looping-1', 116, 'each/first', 'complete', 1, '/1/', false, 38, 0, 1, 0, 0, 0, 1795335989336288, 1795335989336288, 1795335989350197, NULL, NULL, '76', NULL, NULL, 40, NULL),
	('looping-1', 118, 'each/go', 'skipped', 1, '/1/', false, 38, 0, 0, 0, 0, 0, 1795335989350197, NULL, 1795335989350197, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 117, 'each/first', 'complete', 1, '/1/', false, 39, 0, 1, 0, 0, 0, 1795335989336288, 1795335989336288, 1795335989350197, NULL, NULL, '78', NULL, NULL, 40, NULL),
	('looping-1', 120, 'each/go', 'skipped', 1, '/1/', false, 39, 0, 0, 0, 0, 0, 1795335989350197, NULL, 1795335989350197, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 119, 'each/second', 'complete', 1, '/1/', false, 38, 0, 1, 0, 0, 0, 1795335989350197, 1795335989350197, 1795335989370370, NULL, NULL, '76', NULL, NULL, 41, NULL),
	('looping-1', 133, 'each/second', 'complete', 1, '/1/', false, 43, 0, 1, 0, 0, 0, 1795335989399922, 1795335989399922, 1795335989411104, NULL, NULL, '86', NULL, NULL, 45, NULL),
	('looping-1', 121, 'each/second', 'complete', 1, '/1/', false, 39, 0, 1, 0, 0, 0, 1795335989350197, 1795335989350197, 1795335989370370, NULL, NULL, '78', NULL, NULL, 41, NULL),
	('looping-1', 122, 'each/first', 'complete', 1, '/1/', false, 40, 0, 1, 0, 0, 0, 1795335989370370, 1795335989370370, 1795335989378345, NULL, NULL, '80', NULL, NULL, 42, NULL),
	('looping-1', 124, 'each/go', 'skipped', 1, '/1/', false, 40, 0, 0, 0, 0, 0, 1795335989378345, NULL, 1795335989378345, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 123, 'each/first', 'complete', 1, '/1/', false, 41, 0, 1, 0, 0, 0, 1795335989370370, 1795335989370370, 1795335989378345, NULL, NULL, '82', NULL, NULL, 42, NULL),
	('looping-1', 126, 'each/go', 'skipped', 1, '/1/', false, 41, 0, 0, 0, 0, 0, 1795335989378345, NULL, 1795335989378345, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 125, 'each/second', 'complete', 1, '/1/', false, 40, 0, 1, 0, 0, 0, 1795335989378345, 1795335989378345, 1795335989386651, NULL, NULL, '80', NULL, NULL, 43, NULL),
	('looping-1', 142, 'each/go', 'skipped', 1, '/1/', false, 46, 0, 0, 0, 0, 0, 1795335989438166, NULL, 1795335989438166, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 127, 'each/second', 'complete', 1, '/1/', false, 41, 0, 1, 0, 0, 0, 1795335989378345, 1795335989378345, 1795335989386651, NULL, NULL, '82', NULL, NULL, 43, NULL),
	('looping-1', 128, 'each/first', 'complete', 1, '/1/', false, 42, 0, 1, 0, 0, 0, 1795335989386651, 1795335989386651, 1795335989399922, NULL, NULL, '84', NULL, NULL, 44, NULL),
	('looping-1', 130, 'each/go', 'skipped', 1, '/1/', false, 42, 0, 0, 0, 0, 0, 1795335989399922, NULL, 1795335989399922, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 129, 'each/first', 'complete', 1, '/1/', false, 43, 0, 1, 0, 0, 0, 1795335989386651, 1795335989386651, 1795335989399922, NULL, NULL, '86', NULL, NULL, 44, NULL),
	('looping-1', 132, 'each/go', 'skipped', 1, '/1/', false, 43, 0, 0, 0, 0, 0, 1795335989399922, NULL, 1795335989399922, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 131, 'each/second', 'complete', 1, '/1/', false, 42, 0, 1, 0, 0, 0, 1795335989399922, 1795335989399922, 1795335989411104, NULL, NULL, '84', NULL, NULL, 45, NULL),
	('looping-1', 134, 'each/first', 'complete', 1, '/1/', false, 44, 0, 1, 0, 0, 0, 1795335989411104, 1795335989411104, 1795335989418024, NULL, NULL, '88', NULL, NULL, 46, NULL),
	('looping-1', 136, 'each/go', 'skipped', 1, '/1/', false, 44, 0, 0, 0, 0, 0, 1795335989418024, NULL, 1795335989418024, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 135, 'each/first', 'complete', 1, '/1/', false, 45, 0, 1, 0, 0, 0, 1795335989411104, 1795335989411104, 1795335989418024, NULL, NULL, '90', NULL, NULL, 46, NULL),
	('looping-1', 138, 'each/go', 'skipped', 1, '/1/', false, 45, 0, 0, 0, 0, 0, 1795335989418024, NULL, 1795335989418024, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 137, 'each/second', 'complete', 1, '/1/', false, 44, 0, 1, 0, 0, 0, 1795335989418024, 1795335989418024, 1795335989430814, NULL, NULL, '88', NULL, NULL, 47, NULL),
	('looping-1', 170, 'each/first', 'complete', 1, '/1/', false, 56, 0, 1, 0, 0, 0, 1795335989531440, 1795335989531440, 1795335989541906, NULL, NULL, '112', NULL, NULL, 58, NULL),
	('looping-1', 139, 'each/second', 'complete', 1, '/1/', false, 45, 0, 1, 0, 0, 0, 1795335989418024, 1795335989418024, 1795335989430814, NULL, NULL, '90', NULL, NULL, 47, NULL),
	('looping-1', 141, 'each/first', 'complete', 1, '/1/', false, 47, 0, 1, 0, 0, 0, 1795335989430814, 1795335989430814, 1795335989438166, NULL, NULL, '94', NULL, NULL, 48, NULL),
	('looping-1', 144, 'each/go', 'skipped', 1, '/1/', false, 47, 0, 0, 0, 0, 0, 1795335989438166, NULL, 1795335989438166, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 143, 'each/second', 'complete', 1, '/1/', false, 46, 0, 1, 0, 0, 0, 1795335989438166, 1795335989438166, 1795335989446338, NULL, NULL, '92', NULL, NULL, 49, NULL),
	('looping-1', 171, 'each/first', 'complete', 1, '/1/', false, 57, 0, 1, 0, 0, 0, 1795335989531440, 1795335989531440, 1795335989541906, NULL, NULL, '114', NULL, NULL, 58, NULL),
	('looping-1', 145, 'each/second', 'complete', 1, '/1/', false, 47, 0, 1, 0, 0, 0, 1795335989438166, 1795335989438166, 1795335989446338, NULL, NULL, '94', NULL, NULL, 49, NULL),
	('looping-1', 190, 'each/go', 'skipped', 1, '/1/', false, 62, 0, 0, 0, 0, 0, 1795335989597979, NULL, 1795335989597979, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 191, 'each/second', 'complete', 1, '/1/', false, 62, 0, 1, 0, 0, 0, 1795335989597979, 1795335989597979, 1795335989617797, NULL, NULL, '124', NULL, NULL, 65, NULL),
	('looping-1', 192, 'each/go', 'skipped', 1, '/1/', false, 63, 0, 0, 0, 0, 0, 1795335989597979, NULL, 1795335989597979, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 196, 'each/go', 'skipped', 1, '/1/', false, 64, 0, 0, 0, 0, 0, 1795335989624178, NULL, 1795335989624178, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 181, 'each/second', 'complete', 1, '/1/', false, 59, 0, 1, 0, 0, 0, 1795335989562041, 1795335989562041, 1795335989568365, NULL, NULL, '118', NULL, NULL, 61, NULL),
	('looping-1', 1, 'each', 'running', 0, '/', true, NULL, 0, 1, 0, 0, 0, 1795335988557237, 1795335988557237, NULL, NULL, NULL, NULL, '{"next":302,"total":600}', NULL, 0, NULL),
	('looping-1', 184, 'each/go', 'skipped', 1, '/1/', false, 60, 0, 0, 0, 0, 0, 1795335989575593, NULL, 1795335989575593, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 183, 'each/first', 'complete', 1, '/1/', false, 61, 0, 1, 0, 0, 0, 1795335989568365, 1795335989568365, 1795335989575593, NULL, NULL, '122', NULL, NULL, 62, NULL),
	('looping-1', 186, 'each/go', 'skipped', 1, '/1/', false, 61, 0, 0, 0, 0, 0, 1795335989575593, NULL, 1795335989575593, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 284, 'each/first', 'complete', 1, '/1/', false, 94, 0, 1, 0, 0, 0, 1795335989935406, 1795335989935406, 1795335989958632, NULL, NULL, '188', NULL, NULL, 96, NULL),
	('looping-1', 185, 'each/second', 'complete', 1, '/1/', false, 60, 0, 1, 0, 0, 0, 1795335989575593, 1795335989575593, 1795335989590198, NULL, NULL, '120', NULL, NULL, 63, NULL),
	('looping-1', 286, 'each/go', 'skipped', 1, '/1/', false, 94, 0, 0, 0, 0, 0, 1795335989958632, NULL, 1795335989958632, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 187, 'each/second', 'complete', 1, '/1/', false, 61, 0, 1, 0, 0, 0, 1795335989575593, 1795335989575593, 1795335989590198, NULL, NULL, '122', NULL, NULL, 63, NULL),
	('looping-1', 188, 'each/first', 'complete', 1, '/1/', false, 62, 0, 1, 0, 0, 0, 1795335989590198, 1795335989590198, 1795335989597979, NULL, NULL, '124', NULL, NULL, 64, NULL),
	('looping-1', 189, 'each/first', 'complete', 1, '/1/', false, 63, 0, 1, 0, 0, 0, 1795335989590198, 1795335989590198, 1795335989597979, NULL, NULL, '126', NULL, NULL, 64, NULL),
	('looping-1', 193, 'each/second', 'complete', 1, '/1/', false, 63, 0, 1, 0, 0, 0, 1795335989597979, 1795335989597979, 1795335989617797, NULL, NULL, '126', NULL, NULL, 65, NULL),
	('looping-1', 194, 'each/first', 'complete', 1, '/1/', false, 64, 0, 1, 0, 0, 0, 1795335989617797, 1795335989617797, 1795335989624178, NULL, NULL, '128', NULL, NULL, 66, NULL),
	('looping-1', 195, 'each/first', 'complete', 1, '/1/', false, 65, 0, 1, 0, 0, 0, 1795335989617797, 1795335989617797, 1795335989624178, NULL, NULL, '130', NULL, NULL, 66, NULL),
	('looping-1', 227, 'each/second', 'complete', 1, '/1/', false, 74, 0, 1, 0, 0, 0, 1795335989711953, 1795335989711953, 1795335989720587, NULL, NULL, '148', NULL, NULL, 77, NULL),
	('looping-1', 217, 'each/second', 'complete', 1, '/1/', false, 71, 0, 1, 0, 0, 0, 1795335989678722, 1795335989678722, 1795335989686323, NULL, NULL, '142', NULL, NULL, 73, NULL),
	('looping-1', 206, 'each/first', 'complete', 1, '/1/', false, 68, 0, 1, 0, 0, 0, 1795335989649514, 1795335989649514, 1795335989662341, NULL, NULL, '136', NULL, NULL, 70, NULL),
	('looping-1', 208, 'each/go', 'skipped', 1, '/1/', false, 68, 0, 0, 0, 0, 0, 1795335989662341, NULL, 1795335989662341, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 207, 'each/first', 'complete', 1, '/1/', false, 69, 0, 1, 0, 0, 0, 1795335989649514, 1795335989649514, 1795335989662341, NULL, NULL, '138', NULL, NULL, 70, NULL),
	('looping-1', 210, 'each/go', 'skipped', 1, '/1/', false, 69, 0, 0, 0, 0, 0, 1795335989662341, NULL, 1795335989662341, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 209, 'each/second', 'complete', 1, '/1/', false, 68, 0, 1, 0, 0, 0, 1795335989662341, 1795335989662341, 1795335989668930, NULL, NULL, '136', NULL, NULL, 71, NULL),
	('looping-1', 211, 'each/second', 'complete', 1, '/1/', false, 69, 0, 1, 0, 0, 0, 1795335989662341, 1795335989662341, 1795335989668930, NULL, NULL, '138', NULL, NULL, 71, NULL),
	('looping-1', 212, 'each/first', 'complete', 1, '/1/', false, 70, 0, 1, 0, 0, 0, 1795335989668930, 1795335989668930, 1795335989678722, NULL, NULL, '140', NULL, NULL, 72, NULL),
	('looping-1', 214, 'each/go', 'skipped', 1, '/1/', false, 70, 0, 0, 0, 0, 0, 1795335989678722, NULL, 1795335989678722, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 213, 'each/first', 'complete', 1, '/1/', false, 71, 0, 1, 0, 0, 0, 1795335989668930, 1795335989668930, 1795335989678722, NULL, NULL, '142', NULL, NULL, 72, NULL),
	('looping-1', 216, 'each/go', 'skipped', 1, '/1/', false, 71, 0, 0, 0, 0, 0, 1795335989678722, NULL, 1795335989678722, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 215, 'each/second', 'complete', 1, '/1/', false, 70, 0, 1, 0, 0, 0, 1795335989678722, 1795335989678722, 1795335989686323, NULL, NULL, '140', NULL, NULL, 73, NULL),
	('looping-1', 218, 'each/first', 'complete', 1, '/1/', false, 72, 0, 1, 0, 0, 0, 1795335989686323, 1795335989686323, 1795335989690594, NULL, NULL, '144', NULL, NULL, 74, NULL),
	('looping-1', 220, 'each/go', 'skipped', 1, '/1/', false, 72, 0, 0, 0, 0, 0, 1795335989690594, NULL, 1795335989690594, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 219, 'each/first', 'complete', 1, '/1/', false, 73, 0, 1, 0, 0, 0, 1795335989686323, 1795335989686323, 1795335989690594, NULL, NULL, '146', NULL, NULL, 74, NULL),
	('looping-1', 222, 'each/go', 'skipped', 1, '/1/', false, 73, 0, 0, 0, 0, 0, 1795335989690594, NULL, 1795335989690594, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 221, 'each/second', 'complete', 1, '/1/', false, 72, 0, 1, 0, 0, 0, 1795335989690594, 1795335989690594, 1795335989706891, NULL, NULL, '144', NULL, NULL, 75, NULL),
	('looping-1', 242, 'each/first', 'complete', 1, '/1/', false, 80, 0, 1, 0, 0, 0, 1795335989765811, 1795335989765811, 1795335989776970, NULL, NULL, '160', NULL, NULL, 82, NULL),
	('looping-1', 223, 'each/second', 'complete', 1, '/1/', false, 73, 0, 1, 0, 0, 0, 1795335989690594, 1795335989690594, 1795335989706891, NULL, NULL, '146', NULL, NULL, 75, NULL),
	('looping-1', 226, 'each/go', 'skipped', 1, '/1/', false, 74, 0, 0, 0, 0, 0, 1795335989711953, NULL, 1795335989711953, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 228, 'each/go', 'skipped', 1, '/1/', false, 75, 0, 0, 0, 0, 0, 1795335989711953, NULL, 1795335989711953, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 239, 'each/second', 'complete', 1, '/1/', false, 78, 0, 1, 0, 0, 0, 1795335989757338, 1795335989757338, 1795335989765811, NULL, NULL, '156', NULL, NULL, 81, NULL),
	('looping-1', 229, 'each/second', 'complete', 1, '/1/', false, 75, 0, 1, 0, 0, 0, 1795335989711953, 1795335989711953, 1795335989720587, NULL, NULL, '150', NULL, NULL, 77, NULL),
	('looping-1', 230, 'each/first', 'complete', 1, '/1/', false, 76, 0, 1, 0, 0, 0, 1795335989720587, 1795335989720587, 1795335989729056, NULL, NULL, '152', NULL, NULL, 78, NULL),
	('looping-1', 231, 'each/first', 'complete', 1, '/1/', false, 77, 0, 1, 0, 0, 0, 1795335989720587, 1795335989720587, 1795335989729056, NULL, NULL, '154', NULL, NULL, 78, NULL),
	('looping-1', 238, 'each/go', 'skipped', 1, '/1/', false, 78, 0, 0, 0, 0, 0, 1795335989757338, NULL, 1795335989757338, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 240, 'each/go', 'skipped', 1, '/1/', false, 79, 0, 0, 0, 0, 0, 1795335989757338, NULL, 1795335989757338, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 241, 'each/second', 'complete', 1, '/1/', false, 79, 0, 1, 0, 0, 0, 1795335989757338, 1795335989757338, 1795335989765811, NULL, NULL, '158', NULL, NULL, 81, NULL),
	('looping-1', 198, 'each/go', 'skipped', 1, '/1/', false, 65, 0, 0, 0, 0, 0, 1795335989624178, NULL, 1795335989624178, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 285, 'each/first', 'complete', 1, '/1/', false, 95, 0, 1, 0, 0, 0, 1795335989935406, 1795335989935406, 1795335989958632, NULL, NULL, '190', NULL, NULL, 96, NULL),
	('looping-1', 197, 'each/second', 'complete', 1, '/1/', false, 64, 0, 1, 0, 0, 0, 1795335989624178, 1795335989624178, 1795335989634875, NULL, NULL, '128', NULL, NULL, 67, NULL),
	('looping-1', 288, 'each/go', 'skipped', 1, '/1/', false, 95, 0, 0, 0, 0, 0, 1795335989958632, NULL, 1795335989958632, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 199, 'each/second', 'complete', 1, '/1/', false, 65, 0, 1, 0, 0, 0, 1795335989624178, 1795335989624178, 1795335989634875, NULL, NULL, '130', NULL, NULL, 67, NULL),
	('looping-1', 200, 'each/first', 'complete', 1, '/1/', false, 66, 0, 1, 0, 0, 0, 1795335989634875, 1795335989634875, 1795335989644864, NULL, NULL, '132', NULL, NULL, 68, NULL),
	('looping-1', 202, 'each/go', 'skipped', 1, '/1/', false, 66, 0, 0, 0, 0, 0, 1795335989644864, NULL, 1795335989644864, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 287, 'each/second', 'complete', 1, '/1/', false, 94, 0, 1, 0, 0, 0, 1795335989958632, 1795335989958632, 1795335989969365, NULL, NULL, '188', NULL, NULL, 97, NULL),
	('looping-1', 201, 'each/first', 'complete', 1, '/1/', false, 67, 0, 1, 0, 0, 0, 1795335989634875, 1795335989634875, 1795335989644864, NULL, NULL, '134', NULL, NULL, 68, NULL),
	('looping-1', 204, 'each/go', 'skipped', 1, '/1/', false, 67, 0, 0, 0, 0, 0, 1795335989644864, NULL, 1795335989644864, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 203, 'each/second', 'complete', 1, '/1/', false, 66, 0, 1, 0, 0, 0, 1795335989644864, 1795335989644864, 1795335989649514, NULL, NULL, '132', NULL, NULL, 69, NULL),
	('looping-1', 205, 'each/second', 'complete', 1, '/1/', false, 67, 0, 1, 0, 0, 0, 1795335989644864, 1795335989644864, 1795335989649514, NULL, NULL, '134', NULL, NULL, 69, NULL),
	('looping-1', 290, 'each/first', 'complete', 1, '/1/', false, 96, 0, 1, 0, 0, 0, 1795335989969365, 1795335989969365, 1795335989980082, NULL, NULL, '192', NULL, NULL, 98, NULL),
	('looping-1', 224, 'each/first', 'complete', 1, '/1/', false, 74, 0, 1, 0, 0, 0, 1795335989706891, 1795335989706891, 1795335989711953, NULL, NULL, '148', NULL, NULL, 76, NULL),
	('looping-1', 225, 'each/first', 'complete', 1, '/1/', false, 75, 0, 1, 0, 0, 0, 1795335989706891, 1795335989706891, 1795335989711953, NULL, NULL, '150', NULL, NULL, 76, NULL),
	('looping-1', 232, 'each/go', 'skipped', 1, '/1/', false, 76, 0, 0, 0, 0, 0, 1795335989729056, NULL, 1795335989729056, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 234, 'each/go', 'skipped', 1, '/1/', false, 77, 0, 0, 0, 0, 0, 1795335989729056, NULL, 1795335989729056, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 233, 'each/second', 'complete', 1, '/1/', false, 76, 0, 1, 0, 0, 0, 1795335989729056, 1795335989729056, 1795335989746103, NULL, NULL, '152', NULL, NULL, 79, NULL),
	('looping-1', 235, 'each/second', 'complete', 1, '/1/', false, 77, 0, 1, 0, 0, 0, 1795335989729056, 1795335989729056, 1795335989746103, NULL, NULL, '154', NULL, NULL, 79, NULL),
	('looping-1', 236, 'each/first', 'complete', 1, '/1/', false, 78, 0, 1, 0, 0, 0, 1795335989746103, 1795335989746103, 1795335989757338, NULL, NULL, '156', NULL, NULL, 80, NULL),
	('looping-1', 237, 'each/first', 'complete', 1, '/1/', false, 79, 0, 1, 0, 0, 0, 1795335989746103, 1795335989746103, 1795335989757338, NULL, NULL, '158', NULL, NULL, 80, NULL),
	('looping-1', 244, 'each/go', 'skipped', 1, '/1/', false, 80, 0, 0, 0, 0, 0, 1795335989776970, NULL, 1795335989776970, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 246, 'each/go', 'skipped', 1, '/1/', false, 81, 0, 0, 0, 0, 0, 1795335989776970, NULL, 1795335989776970, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 245, 'each/second', 'complete', 1, '/1/', false, 80, 0, 1, 0, 0, 0, 1795335989776970, 1795335989776970, 1795335989786468, NULL, NULL, '160', NULL, NULL, 83, NULL),
	('looping-1', 247, 'each/second', 'complete', 1, '/1/', false, 81, 0, 1, 0, 0, 0, 1795335989776970, 1795335989776970, 1795335989786468, NULL, NULL, '162', NULL, NULL, 83, NULL),
	('looping-1', 250, 'each/go', 'skipped', 1, '/1/', false, 82, 0, 0, 0, 0, 0, 1795335989791533, NULL, 1795335989791533, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 252, 'each/go', 'skipped', 1, '/1/', false, 83, 0, 0, 0, 0, 0, 1795335989791533, NULL, 1795335989791533, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 251, 'each/second', 'complete', 1, '/1/', false, 82, 0, 1, 0, 0, 0, 1795335989791533, 1795335989791533, 1795335989804164, NULL, NULL, '164', NULL, NULL, 85, NULL),
	('looping-1', 253, 'each/second', 'complete', 1, '/1/', false, 83, 0, 1, 0, 0, 0, 1795335989791533, 1795335989791533, 1795335989804164, NULL, NULL, '166', NULL, NULL, 85, NULL),
	('looping-1', 254, 'each/first', 'complete', 1, '/1/', false, 84, 0, 1, 0, 0, 0, 1795335989804164, 1795335989804164, 1795335989819053, NULL, NULL, '168', NULL, NULL, 86, NULL),
	('looping-1', 256, 'each/go', 'skipped', 1, '/1/', false, 84, 0, 0, 0, 0, 0, 1795335989819053, NULL, 1795335989819053, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 255, 'each/first', 'complete', 1, '/1/', false, 85, 0, 1, 0, 0, 0, 1795335989804164, 1795335989804164, 1795335989819053, NULL, NULL, '170', NULL, NULL, 86, NULL),
	('looping-1', 258, 'each/go', 'skipped', 1, '/1/', false, 85, 0, 0, 0, 0, 0, 1795335989819053, NULL, 1795335989819053, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 257, 'each/second', 'complete', 1, '/1/', false, 84, 0, 1, 0, 0, 0, 1795335989819053, 1795335989819053, 1795335989823366, NULL, NULL, '168', NULL, NULL, 87, NULL),
	('looping-1', 259, 'each/second', 'complete', 1, '/1/', false, 85, 0, 1, 0, 0, 0, 1795335989819053, 1795335989819053, 1795335989823366, NULL, NULL, '170', NULL, NULL, 87, NULL),
	('looping-1', 266, 'each/first', 'complete', 1, '/1/', false, 88, 0, 1, 0, 0, 0, 1795335989839651, 1795335989839651, 1795335989858614, NULL, NULL, '176', NULL, NULL, 90, NULL),
	('looping-1', 268, 'each/go', 'skipped', 1, '/1/', false, 88, 0, 0, 0, 0, 0, 1795335989858614, NULL, 1795335989858614, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 267, 'each/first', 'complete', 1, '/1/', false, 89, 0, 1, 0, 0, 0, 1795335989839651, 1795335989839651, 1795335989858614, NULL, NULL, '178', NULL, NULL, 90, NULL),
	('looping-1', 270, 'each/go', 'skipped', 1, '/1/', false, 89, 0, 0, 0, 0, 0, 1795335989858614, NULL, 1795335989858614, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 269, 'each/second', 'complete', 1, '/1/', false, 88, 0, 1, 0, 0, 0, 1795335989858614, 1795335989858614, 1795335989870850, NULL, NULL, '176', NULL, NULL, 91, NULL),
	('looping-1', 271, 'each/second', 'complete', 1, '/1/', false, 89, 0, 1, 0, 0, 0, 1795335989858614, 1795335989858614, 1795335989870850, NULL, NULL, '178', NULL, NULL, 91, NULL),
	('looping-1', 272, 'each/first', 'complete', 1, '/1/', false, 90, 0, 1, 0, 0, 0, 1795335989870850, 1795335989870850, 1795335989880164, NULL, NULL, '180', NULL, NULL, 92, NULL),
	('looping-1', 273, 'each/first', 'complete', 1, '/1/', false, 91, 0, 1, 0, 0, 0, 1795335989870850, 1795335989870850, 1795335989880164, NULL, NULL, '182', NULL, NULL, 92, NULL),
	('looping-1', 275, 'each/second', 'complete', 1, '/1/', false, 90, 0, 1, 0, 0, 0, 1795335989880164, 1795335989880164, 1795335989904038, NULL, NULL, '180', NULL, NULL, 93, NULL),
	('looping-1', 243, 'each/first', 'complete', 1, '/1/', false, 81, 0, 1, 0, 0, 0, 1795335989765811, 1795335989765811, 1795335989776970, NULL, NULL, '162', NULL, NULL, 82, NULL),
	('looping-1', 277, 'each/second', 'complete', 1, '/1/', false, 91, 0, 1, 0, 0, 0, 1795335989880164, 1795335989880164, 1795335989904038, NULL, NULL, '182', NULL, NULL, 93, NULL),
	('looping-1', 289, 'each/second', 'complete', 1, '/1/', false, 95, 0, 1, 0, 0, 0, 1795335989958632, 1795335989958632, 1795335989969365, NULL, NULL, '190', NULL, NULL, 97, NULL),
	('looping-1', 248, 'each/first', 'complete', 1, '/1/', false, 82, 0, 1, 0, 0, 0, 1795335989786468, 1795335989786468, 1795335989791533, NULL, NULL, '164', NULL, NULL, 84, NULL),
	('looping-1', 249, 'each/first', 'complete', 1, '/1/', false, 83, 0, 1, 0, 0, 0, 1795335989786468, 1795335989786468, 1795335989791533, NULL, NULL, '166', NULL, NULL, 84, NULL),
	('looping-1', 260, 'each/first', 'complete', 1, '/1/', false, 86, 0, 1, 0, 0, 0, 1795335989823366, 1795335989823366, 1795335989832735, NULL, NULL, '172', NULL, NULL, 88, NULL),
	('looping-1', 262, 'each/go', 'skipped', 1, '/1/', false, 86, 0, 0, 0, 0, 0, 1795335989832735, NULL, 1795335989832735, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 291, 'each/first', 'complete', 1, '/1/', false, 97, 0, 1, 0, 0, 0, 1795335989969365, 1795335989969365, 1795335989980082, NULL, NULL, '194', NULL, NULL, 98, NULL),
	('looping-1', 261, 'each/first', 'complete', 1, '/1/', false, 87, 0, 1, 0, 0, 0, 1795335989823366, 1795335989823366, 1795335989832735, NULL, NULL, '174', NULL, NULL, 88, NULL),
	('looping-1', 264, 'each/go', 'skipped', 1, '/1/', false, 87, 0, 0, 0, 0, 0, 1795335989832735, NULL, 1795335989832735, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 294, 'each/go', 'skipped', 1, '/1/', false, 97, 0, 0, 0, 0, 0, 1795335989980082, NULL, 1795335989980082, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 263, 'each/second', 'complete', 1, '/1/', false, 86, 0, 1, 0, 0, 0, 1795335989832735, 1795335989832735, 1795335989839651, NULL, NULL, '172', NULL, NULL, 89, NULL),
	('looping-1', 265, 'each/second', 'complete', 1, '/1/', false, 87, 0, 1, 0, 0, 0, 1795335989832735, 1795335989832735, 1795335989839651, NULL, NULL, '174', NULL, NULL, 89, NULL),
	('looping-1', 274, 'each/go', 'skipped', 1, '/1/', false, 90, 0, 0, 0, 0, 0, 1795335989880164, NULL, 1795335989880164, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 276, 'each/go', 'skipped', 1, '/1/', false, 91, 0, 0, 0, 0, 0, 1795335989880164, NULL, 1795335989880164, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 293, 'each/second', 'complete', 1, '/1/', false, 96, 0, 1, 0, 0, 0, 1795335989980082, 1795335989980082, 1795335989992274, NULL, NULL, '192', NULL, NULL, 99, NULL),
	('looping-1', 295, 'each/second', 'complete', 1, '/1/', false, 97, 0, 1, 0, 0, 0, 1795335989980082, 1795335989980082, 1795335989992274, NULL, NULL, '194', NULL, NULL, 99, NULL),
	('looping-1', 296, 'each/first', 'complete', 1, '/1/', false, 98, 0, 1, 0, 0, 0, 1795335989992274, 1795335989992274, 1795335990007145, NULL, NULL, '196', NULL, NULL, 100, NULL),
	('looping-1', 298, 'each/go', 'skipped', 1, '/1/', false, 98, 0, 0, 0, 0, 0, 1795335990007145, NULL, 1795335990007145, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 297, 'each/first', 'complete', 1, '/1/', false, 99, 0, 1, 0, 0, 0, 1795335989992274, 1795335989992274, 1795335990007145, NULL, NULL, '198', NULL, NULL, 100, NULL),
	('looping-1', 300, 'each/go', 'skipped', 1, '/1/', false, 99, 0, 0, 0, 0, 0, 1795335990007145, NULL, 1795335990007145, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 299, 'each/second', 'complete', 1, '/1/', false, 98, 0, 1, 0, 0, 0, 1795335990007145, 1795335990007145, 1795335990014354, NULL, NULL, '196', NULL, NULL, 101, NULL),
	('looping-1', 301, 'each/second', 'complete', 1, '/1/', false, 99, 0, 1, 0, 0, 0, 1795335990007145, 1795335990007145, 1795335990014354, NULL, NULL, '198', NULL, NULL, 101, NULL),
	('looping-1', 302, 'each/first', 'complete', 1, '/1/', false, 100, 0, 1, 0, 0, 0, 1795335990014354, 1795335990014354, 1795335990022676, NULL, NULL, '200', NULL, NULL, 102, NULL),
	('looping-1', 304, 'each/go', 'skipped', 1, '/1/', false, 100, 0, 0, 0, 0, 0, 1795335990022676, NULL, 1795335990022676, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 303, 'each/first', 'complete', 1, '/1/', false, 101, 0, 1, 0, 0, 0, 1795335990014354, 1795335990014354, 1795335990022676, NULL, NULL, '202', NULL, NULL, 102, NULL),
	('looping-1', 306, 'each/go', 'skipped', 1, '/1/', false, 101, 0, 0, 0, 0, 0, 1795335990022676, NULL, 1795335990022676, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 305, 'each/second', 'complete', 1, '/1/', false, 100, 0, 1, 0, 0, 0, 1795335990022676, 1795335990022676, 1795335990042136, NULL, NULL, '200', NULL, NULL, 103, NULL),
	('looping-1', 307, 'each/second', 'complete', 1, '/1/', false, 101, 0, 1, 0, 0, 0, 1795335990022676, 1795335990022676, 1795335990042136, NULL, NULL, '202', NULL, NULL, 103, NULL),
	('looping-1', 308, 'each/first', 'complete', 1, '/1/', false, 102, 0, 1, 0, 0, 0, 1795335990042136, 1795335990042136, 1795335990053798, NULL, NULL, '204', NULL, NULL, 104, NULL),
	('looping-1', 310, 'each/go', 'skipped', 1, '/1/', false, 102, 0, 0, 0, 0, 0, 1795335990053798, NULL, 1795335990053798, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 309, 'each/first', 'complete', 1, '/1/', false, 103, 0, 1, 0, 0, 0, 1795335990042136, 1795335990042136, 1795335990053798, NULL, NULL, '206', NULL, NULL, 104, NULL),
	('looping-1', 312, 'each/go', 'skipped', 1, '/1/', false, 103, 0, 0, 0, 0, 0, 1795335990053798, NULL, 1795335990053798, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 311, 'each/second', 'complete', 1, '/1/', false, 102, 0, 1, 0, 0, 0, 1795335990053798, 1795335990053798, 1795335990071542, NULL, NULL, '204', NULL, NULL, 105, NULL),
	('looping-1', 313, 'each/second', 'complete', 1, '/1/', false, 103, 0, 1, 0, 0, 0, 1795335990053798, 1795335990053798, 1795335990071542, NULL, NULL, '206', NULL, NULL, 105, NULL),
	('looping-1', 314, 'each/first', 'complete', 1, '/1/', false, 104, 0, 1, 0, 0, 0, 1795335990071542, 1795335990071542, 1795335990095621, NULL, NULL, '208', NULL, NULL, 106, NULL),
	('looping-1', 316, 'each/go', 'skipped', 1, '/1/', false, 104, 0, 0, 0, 0, 0, 1795335990095621, NULL, 1795335990095621, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 315, 'each/first', 'complete', 1, '/1/', false, 105, 0, 1, 0, 0, 0, 1795335990071542, 1795335990071542, 1795335990095621, NULL, NULL, '210', NULL, NULL, 106, NULL),
	('looping-1', 318, 'each/go', 'skipped', 1, '/1/', false, 105, 0, 0, 0, 0, 0, 1795335990095621, NULL, 1795335990095621, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 317, 'each/second', 'complete', 1, '/1/', false, 104, 0, 1, 0, 0, 0, 1795335990095621, 1795335990095621, 1795335990106618, NULL, NULL, '208', NULL, NULL, 107, NULL),
	('looping-1', 320, 'each/first', 'complete', 1, '/1/', false, 106, 0, 1, 0, 0, 0, 1795335990106618, 1795335990106618, 1795335990127740, NULL, NULL, '212', NULL, NULL, 108, NULL),
	('looping-1', 332, 'each/first', 'complete', 1, '/1/', false, 110, 0, 1, 0, 0, 0, 1795335990177246, 1795335990177246, 1795335990213871, NULL, NULL, '220', NULL, NULL, 112, NULL),
	('looping-1', 319, 'each/second', 'complete', 1, '/1/', false, 105, 0, 1, 0, 0, 0, 1795335990095621, 1795335990095621, 1795335990106618, NULL, NULL, '210', NULL, NULL, 107, NULL),
	('looping-1', 322, 'each/go', 'skipped', 1, '/1/', false, 106, 0, 0, 0, 0, 0, 1795335990127740, NULL, 1795335990127740, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 321, 'each/first', 'complete', 1, '/1/', false, 107, 0, 1, 0, 0, 0, 1795335990106618, 1795335990106618, 1795335990127740, NULL, NULL, '214', NULL, NULL, 108, NULL),
	('looping-1', 324, 'each/go', 'skipped', 1, '/1/', false, 107, 0, 0, 0, 0, 0, 1795335990127740, NULL, 1795335990127740, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 323, 'each/second', 'complete', 1, '/1/', false, 106, 0, 1, 0, 0, 0, 1795335990127740, 1795335990127740, 1795335990158827, NULL, NULL, '212', NULL, NULL, 109, NULL),
	('looping-1', 325, 'each/second', 'complete', 1, '/1/', false, 107, 0, 1, 0, 0, 0, 1795335990127740, 1795335990127740, 1795335990158827, NULL, NULL, '214', NULL, NULL, 109, NULL),
	('looping-1', 326, 'each/first', 'complete', 1, '/1/', false, 108, 0, 1, 0, 0, 0, 1795335990158827, 1795335990158827, 1795335990171045, NULL, NULL, '216', NULL, NULL, 110, NULL),
	('looping-1', 328, 'each/go', 'skipped', 1, '/1/', false, 108, 0, 0, 0, 0, 0, 1795335990171045, NULL, 1795335990171045, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 327, 'each/first', 'complete', 1, '/1/', false, 109, 0, 1, 0, 0, 0, 1795335990158827, 1795335990158827, 1795335990171045, NULL, NULL, '218', NULL, NULL, 110, NULL),
	('looping-1', 330, 'each/go', 'skipped', 1, '/1/', false, 109, 0, 0, 0, 0, 0, 1795335990171045, NULL, 1795335990171045, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 329, 'each/second', 'complete', 1, '/1/', false, 108, 0, 1, 0, 0, 0, 1795335990171045, 1795335990171045, 1795335990177246, NULL, NULL, '216', NULL, NULL, 111, NULL),
	('looping-1', 331, 'each/second', 'complete', 1, '/1/', false, 109, 0, 1, 0, 0, 0, 1795335990171045, 1795335990171045, 1795335990177246, NULL, NULL, '218', NULL, NULL, 111, NULL),
	('looping-1', 334, 'each/go', 'skipped', 1, '/1/', false, 110, 0, 0, 0, 0, 0, 1795335990213871, NULL, 1795335990213871, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 336, 'each/go', 'skipped', 1, '/1/', false, 111, 0, 0, 0, 0, 0, 1795335990213871, NULL, 1795335990213871, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 335, 'each/second', 'complete', 1, '/1/', false, 110, 0, 1, 0, 0, 0, 1795335990213871, 1795335990213871, 1795335990219232, NULL, NULL, '220', NULL, NULL, 113, NULL),
	('looping-1', 337, 'each/second', 'complete', 1, '/1/', false, 111, 0, 1, 0, 0, 0, 1795335990213871, 1795335990213871, 1795335990219232, NULL, NULL, '222', NULL, NULL, 113, NULL),
	('looping-1', 338, 'each/first', 'complete', 1, '/1/', false, 112, 0, 1, 0, 0, 0, 1795335990219232, 1795335990219232, 1795335990226706, NULL, NULL, '224', NULL, NULL, 114, NULL),
	('looping-1', 340, 'each/go', 'skipped', 1, '/1/', false, 112, 0, 0, 0, 0, 0, 1795335990226706, NULL, 1795335990226706, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 339, 'each/first', 'complete', 1, '/1/', false, 113, 0, 1, 0, 0, 0, 1795335990219232, 1795335990219232, 1795335990226706, NULL, NULL, '226', NULL, NULL, 114, NULL),
	('looping-1', 342, 'each/go', 'skipped', 1, '/1/', false, 113, 0, 0, 0, 0, 0, 1795335990226706, NULL, 1795335990226706, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 341, 'each/second', 'complete', 1, '/1/', false, 112, 0, 1, 0, 0, 0, 1795335990226706, 1795335990226706, 1795335990234216, NULL, NULL, '224', NULL, NULL, 115, NULL),
	('looping-1', 343, 'each/second', 'complete', 1, '/1/', false, 113, 0, 1, 0, 0, 0, 1795335990226706, 1795335990226706, 1795335990234216, NULL, NULL, '226', NULL, NULL, 115, NULL),
	('looping-1', 344, 'each/first', 'complete', 1, '/1/', false, 114, 0, 1, 0, 0, 0, 1795335990234216, 1795335990234216, 1795335990243825, NULL, NULL, '228', NULL, NULL, 116, NULL),
	('looping-1', 346, 'each/go', 'skipped', 1, '/1/', false, 114, 0, 0, 0, 0, 0, 1795335990243825, NULL, 1795335990243825, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 345, 'each/first', 'complete', 1, '/1/', false, 115, 0, 1, 0, 0, 0, 1795335990234216, 1795335990234216, 1795335990243825, NULL, NULL, '230', NULL, NULL, 116, NULL),
	('looping-1', 348, 'each/go', 'skipped', 1, '/1/', false, 115, 0, 0, 0, 0, 0, 1795335990243825, NULL, 1795335990243825, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 347, 'each/second', 'complete', 1, '/1/', false, 114, 0, 1, 0, 0, 0, 1795335990243825, 1795335990243825, 1795335990274655, NULL, NULL, '228', NULL, NULL, 117, NULL),
	('looping-1', 349, 'each/second', 'complete', 1, '/1/', false, 115, 0, 1, 0, 0, 0, 1795335990243825, 1795335990243825, 1795335990274655, NULL, NULL, '230', NULL, NULL, 117, NULL),
	('looping-1', 350, 'each/first', 'complete', 1, '/1/', false, 116, 0, 1, 0, 0, 0, 1795335990274655, 1795335990274655, 1795335990302192, NULL, NULL, '232', NULL, NULL, 118, NULL),
	('looping-1', 352, 'each/go', 'skipped', 1, '/1/', false, 116, 0, 0, 0, 0, 0, 1795335990302192, NULL, 1795335990302192, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 351, 'each/first', 'complete', 1, '/1/', false, 117, 0, 1, 0, 0, 0, 1795335990274655, 1795335990274655, 1795335990302192, NULL, NULL, '234', NULL, NULL, 118, NULL),
	('looping-1', 354, 'each/go', 'skipped', 1, '/1/', false, 117, 0, 0, 0, 0, 0, 1795335990302192, NULL, 1795335990302192, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 353, 'each/second', 'complete', 1, '/1/', false, 116, 0, 1, 0, 0, 0, 1795335990302192, 1795335990302192, 1795335990308755, NULL, NULL, '232', NULL, NULL, 119, NULL),
	('looping-1', 355, 'each/second', 'complete', 1, '/1/', false, 117, 0, 1, 0, 0, 0, 1795335990302192, 1795335990302192, 1795335990308755, NULL, NULL, '234', NULL, NULL, 119, NULL),
	('looping-1', 358, 'each/go', 'skipped', 1, '/1/', false, 118, 0, 0, 0, 0, 0, 1795335990326347, NULL, 1795335990326347, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 360, 'each/go', 'skipped', 1, '/1/', false, 119, 0, 0, 0, 0, 0, 1795335990326347, NULL, 1795335990326347, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 359, 'each/second', 'complete', 1, '/1/', false, 118, 0, 1, 0, 0, 0, 1795335990326347, 1795335990326347, 1795335990344510, NULL, NULL, '236', NULL, NULL, 121, NULL),
	('looping-1', 361, 'each/second', 'complete', 1, '/1/', false, 119, 0, 1, 0, 0, 0, 1795335990326347, 1795335990326347, 1795335990344510, NULL, NULL, '238', NULL, NULL, 121, NULL),
	('looping-1', 364, 'each/go', 'skipped', 1, '/1/', false, 120, 0, 0, 0, 0, 0, 1795335990359416, NULL, 1795335990359416, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 366, 'each/go', 'skipped', 1, '/1/', false, 121, 0, 0, 0, 0, 0, 1795335990359416, NULL, 1795335990359416, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 365, 'each/second', 'complete', 1, '/1/', false, 120, 0, 1, 0, 0, 0, 1795335990359416, 1795335990359416, 1795335990379304, NULL, NULL, '240', NULL, NULL, 123, NULL),
	('looping-1', 367, 'each/second', 'complete', 1, '/1/', false, 121, 0, 1, 0, 0, 0, 1795335990359416, 1795335990359416, 1795335990379304, NULL, NULL, '242', NULL, NULL, 123, NULL),
	('looping-1', 368, 'each/first', 'complete', 1, '/1/', false, 122, 0, 1, 0, 0, 0, 1795335990379304, 1795335990379304, 1795335990395568, NULL, NULL, '244', NULL, NULL, 124, NULL),
	('looping-1', 333, 'each/first', 'complete', 1, '/1/', false, 111, 0, 1, 0, 0, 0, 1795335990177246, 1795335990177246, 1795335990213871, NULL, NULL, '222', NULL, NULL, 112, NULL),
	('looping-1', 356, 'each/first', 'complete', 1, '/1/', false, 118, 0, 1, 0, 0, 0, 1795335990308755, 1795335990308755, 1795335990326347, NULL, NULL, '236', NULL, NULL, 120, NULL),
	('looping-1', 357, 'each/first', 'complete', 1, '/1/', false, 119, 0, 1, 0, 0, 0, 1795335990308755, 1795335990308755, 1795335990326347, NULL, NULL, '238', NULL, NULL, 120, NULL),
	('looping-1', 362, 'each/first', 'complete', 1, '/1/', false, 120, 0, 1, 0, 0, 0, 1795335990344510, 1795335990344510, 1795335990359416, NULL, NULL, '240', NULL, NULL, 122, NULL),
	('looping-1', 363, 'each/first', 'complete', 1, '/1/', false, 121, 0, 1, 0, 0, 0, 1795335990344510, 1795335990344510, 1795335990359416, NULL, NULL, '242', NULL, NULL, 122, NULL),
	('looping-1', 370, 'each/go', 'skipped', 1, '/1/', false, 122, 0, 0, 0, 0, 0, 1795335990395568, NULL, 1795335990395568, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 372, 'each/go', 'skipped', 1, '/1/', false, 123, 0, 0, 0, 0, 0, 1795335990395568, NULL, 1795335990395568, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 371, 'each/second', 'complete', 1, '/1/', false, 122, 0, 1, 0, 0, 0, 1795335990395568, 1795335990395568, 1795335990408913, NULL, NULL, '244', NULL, NULL, 125, NULL),
	('looping-1', 373, 'each/second', 'complete', 1, '/1/', false, 123, 0, 1, 0, 0, 0, 1795335990395568, 1795335990395568, 1795335990408913, NULL, NULL, '246', NULL, NULL, 125, NULL),
	('looping-1', 374, 'each/first', 'complete', 1, '/1/', false, 124, 0, 1, 0, 0, 0, 1795335990408913, 1795335990408913, 1795335990418027, NULL, NULL, '248', NULL, NULL, 126, NULL),
	('looping-1', 375, 'each/first', 'complete', 1, '/1/', false, 125, 0, 1, 0, 0, 0, 1795335990408913, 1795335990408913, 1795335990418027, NULL, NULL, '250', NULL, NULL, 126, NULL),
	('looping-1', 382, 'each/go', 'skipped', 1, '/1/', false, 126, 0, 0, 0, 0, 0, 1795335990446012, NULL, 1795335990446012, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 384, 'each/go', 'skipped', 1, '/1/', false, 127, 0, 0, 0, 0, 0, 1795335990446012, NULL, 1795335990446012, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 383, 'each/second', 'complete', 1, '/1/', false, 126, 0, 1, 0, 0, 0, 1795335990446012, 1795335990446012, 1795335990457381, NULL, NULL, '252', NULL, NULL, 129, NULL),
	('looping-1', 385, 'each/second', 'complete', 1, '/1/', false, 127, 0, 1, 0, 0, 0, 1795335990446012, 1795335990446012, 1795335990457381, NULL, NULL, '254', NULL, NULL, 129, NULL),
	('looping-1', 386, 'each/first', 'complete', 1, '/1/', false, 128, 0, 1, 0, 0, 0, 1795335990457381, 1795335990457381, 1795335990470298, NULL, NULL, '256', NULL, NULL, 130, NULL),
	('looping-1', 388, 'each/go', 'skipped', 1, '/1/', false, 128, 0, 0, 0, 0, 0, 1795335990470298, NULL, 1795335990470298, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 387, 'each/first', 'complete', 1, '/1/', false, 129, 0, 1, 0, 0, 0, 1795335990457381, 1795335990457381, 1795335990470298, NULL, NULL, '258', NULL, NULL, 130, NULL),
	('looping-1', 390, 'each/go', 'skipped', 1, '/1/', false, 129, 0, 0, 0, 0, 0, 1795335990470298, NULL, 1795335990470298, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 389, 'each/second', 'complete', 1, '/1/', false, 128, 0, 1, 0, 0, 0, 1795335990470298, 1795335990470298, 1795335990479001, NULL, NULL, '256', NULL, NULL, 131, NULL),
	('looping-1', 391, 'each/second', 'complete', 1, '/1/', false, 129, 0, 1, 0, 0, 0, 1795335990470298, 1795335990470298, 1795335990479001, NULL, NULL, '258', NULL, NULL, 131, NULL),
	('looping-1', 392, 'each/first', 'complete', 1, '/1/', false, 130, 0, 1, 0, 0, 0, 1795335990479001, 1795335990479001, 1795335990508269, NULL, NULL, '260', NULL, NULL, 132, NULL),
	('looping-1', 393, 'each/first', 'complete', 1, '/1/', false, 131, 0, 1, 0, 0, 0, 1795335990479001, 1795335990479001, 1795335990508269, NULL, NULL, '262', NULL, NULL, 132, NULL),
	('looping-1', 398, 'each/first', 'complete', 1, '/1/', false, 132, 0, 1, 0, 0, 0, 1795335990516145, 1795335990516145, 1795335990523637, NULL, NULL, '264', NULL, NULL, 134, NULL),
	('looping-1', 399, 'each/first', 'complete', 1, '/1/', false, 133, 0, 1, 0, 0, 0, 1795335990516145, 1795335990516145, 1795335990523637, NULL, NULL, '266', NULL, NULL, 134, NULL),
	('looping-1', 418, 'each/go', 'skipped', 1, '/1/', false, 138, 0, 0, 0, 0, 0, 1795335990602136, NULL, 1795335990602136, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 420, 'each/go', 'skipped', 1, '/1/', false, 139, 0, 0, 0, 0, 0, 1795335990602136, NULL, 1795335990602136, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 419, 'each/second', 'complete', 1, '/1/', false, 138, 0, 1, 0, 0, 0, 1795335990602136, 1795335990602136, 1795335990618581, NULL, NULL, '276', NULL, NULL, 141, NULL),
	('looping-1', 421, 'each/second', 'complete', 1, '/1/', false, 139, 0, 1, 0, 0, 0, 1795335990602136, 1795335990602136, 1795335990618581, NULL, NULL, '278', NULL, NULL, 141, NULL),
	('looping-1', 422, 'each/first', 'complete', 1, '/1/', false, 140, 0, 1, 0, 0, 0, 1795335990618581, 1795335990618581, 1795335990644029, NULL, NULL, '280', NULL, NULL, 142, NULL),
	('looping-1', 424, 'each/go', 'skipped', 1, '/1/', false, 140, 0, 0, 0, 0, 0, 1795335990644029, NULL, 1795335990644029, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 423, 'each/first', 'complete', 1, '/1/', false, 141, 0, 1, 0, 0, 0, 1795335990618581, 1795335990618581, 1795335990644029, NULL, NULL, '282', NULL, NULL, 142, NULL),
	('looping-1', 426, 'each/go', 'skipped', 1, '/1/', false, 141, 0, 0, 0, 0, 0, 1795335990644029, NULL, 1795335990644029, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 425, 'each/second', 'complete', 1, '/1/', false, 140, 0, 1, 0, 0, 0, 1795335990644029, 1795335990644029, 1795335990659651, NULL, NULL, '280', NULL, NULL, 143, NULL),
	('looping-1', 427, 'each/second', 'complete', 1, '/1/', false, 141, 0, 1, 0, 0, 0, 1795335990644029, 1795335990644029, 1795335990659651, NULL, NULL, '282', NULL, NULL, 143, NULL),
	('looping-1', 428, 'each/first', 'complete', 1, '/1/', false, 142, 0, 1, 0, 0, 0, 1795335990659651, 1795335990659651, 1795335990667650, NULL, NULL, '284', NULL, NULL, 144, NULL),
	('looping-1', 430, 'each/go', 'skipped', 1, '/1/', false, 142, 0, 0, 0, 0, 0, 1795335990667650, NULL, 1795335990667650, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 429, 'each/first', 'complete', 1, '/1/', false, 143, 0, 1, 0, 0, 0, 1795335990659651, 1795335990659651, 1795335990667650, NULL, NULL, '286', NULL, NULL, 144, NULL),
	('looping-1', 432, 'each/go', 'skipped', 1, '/1/', false, 143, 0, 0, 0, 0, 0, 1795335990667650, NULL, 1795335990667650, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 431, 'each/second', 'complete', 1, '/1/', false, 142, 0, 1, 0, 0, 0, 1795335990667650, 1795335990667650, 1795335990677744, NULL, NULL, '284', NULL, NULL, 145, NULL),
	('looping-1', 433, 'each/second', 'complete', 1, '/1/', false, 143, 0, 1, 0, 0, 0, 1795335990667650, 1795335990667650, 1795335990677744, NULL, NULL, '286', NULL, NULL, 145, NULL),
	('looping-1', 434, 'each/first', 'complete', 1, '/1/', false, 144, 0, 1, 0, 0, 0, 1795335990677744, 1795335990677744, 1795335990693978, NULL, NULL, '288', NULL, NULL, 146, NULL),
	('looping-1', 369, 'each/first', 'complete', 1, '/1/', false, 123, 0, 1, 0, 0, 0, 1795335990379304, 1795335990379304, 1795335990395568, NULL, NULL, '246', NULL, NULL, 124, NULL),
	('looping-1', 376, 'each/go', 'skipped', 1, '/1/', false, 124, 0, 0, 0, 0, 0, 1795335990418027, NULL, 1795335990418027, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 378, 'each/go', 'skipped', 1, '/1/', false, 125, 0, 0, 0, 0, 0, 1795335990418027, NULL, 1795335990418027, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 377, 'each/second', 'complete', 1, '/1/', false, 124, 0, 1, 0, 0, 0, 1795335990418027, 1795335990418027, 1795335990430539, NULL, NULL, '248', NULL, NULL, 127, NULL),
	('looping-1', 379, 'each/second', 'complete', 1, '/1/', false, 125, 0, 1, 0, 0, 0, 1795335990418027, 1795335990418027, 1795335990430539, NULL, NULL, '250', NULL, NULL, 127, NULL),
	('looping-1', 380, 'each/first', 'complete', 1, '/1/', false, 126, 0, 1, 0, 0, 0, 1795335990430539, 1795335990430539, 1795335990446012, NULL, NULL, '252', NULL, NULL, 128, NULL),
	('looping-1', 381, 'each/first', 'complete', 1, '/1/', false, 127, 0, 1, 0, 0, 0, 1795335990430539, 1795335990430539, 1795335990446012, NULL, NULL, '254', NULL, NULL, 128, NULL),
	('looping-1', 394, 'each/go', 'skipped', 1, '/1/', false, 130, 0, 0, 0, 0, 0, 1795335990508269, NULL, 1795335990508269, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 396, 'each/go', 'skipped', 1, '/1/', false, 131, 0, 0, 0, 0, 0, 1795335990508269, NULL, 1795335990508269, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 395, 'each/second', 'complete', 1, '/1/', false, 130, 0, 1, 0, 0, 0, 1795335990508269, 1795335990508269, 1795335990516145, NULL, NULL, '260', NULL, NULL, 133, NULL),
	('looping-1', 397, 'each/second', 'complete', 1, '/1/', false, 131, 0, 1, 0, 0, 0, 1795335990508269, 1795335990508269, 1795335990516145, NULL, NULL, '262', NULL, NULL, 133, NULL),
	('looping-1', 400, 'each/go', 'skipped', 1, '/1/', false, 132, 0, 0, 0, 0, 0, 1795335990523637, NULL, 1795335990523637, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 402, 'each/go', 'skipped', 1, '/1/', false, 133, 0, 0, 0, 0, 0, 1795335990523637, NULL, 1795335990523637, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 401, 'each/second', 'complete', 1, '/1/', false, 132, 0, 1, 0, 0, 0, 1795335990523637, 1795335990523637, 1795335990542641, NULL, NULL, '264', NULL, NULL, 135, NULL),
	('looping-1', 403, 'each/second', 'complete', 1, '/1/', false, 133, 0, 1, 0, 0, 0, 1795335990523637, 1795335990523637, 1795335990542641, NULL, NULL, '266', NULL, NULL, 135, NULL),
	('looping-1', 404, 'each/first', 'complete', 1, '/1/', false, 134, 0, 1, 0, 0, 0, 1795335990542641, 1795335990542641, 1795335990558687, NULL, NULL, '268', NULL, NULL, 136, NULL),
	('looping-1', 406, 'each/go', 'skipped', 1, '/1/', false, 134, 0, 0, 0, 0, 0, 1795335990558687, NULL, 1795335990558687, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 405, 'each/first', 'complete', 1, '/1/', false, 135, 0, 1, 0, 0, 0, 1795335990542641, 1795335990542641, 1795335990558687, NULL, NULL, '270', NULL, NULL, 136, NULL),
	('looping-1', 408, 'each/go', 'skipped', 1, '/1/', false, 135, 0, 0, 0, 0, 0, 1795335990558687, NULL, 1795335990558687, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 407, 'each/second', 'complete', 1, '/1/', false, 134, 0, 1, 0, 0, 0, 1795335990558687, 1795335990558687, 1795335990561523, NULL, NULL, '268', NULL, NULL, 137, NULL),
	('looping-1', 409, 'each/second', 'complete', 1, '/1/', false, 135, 0, 1, 0, 0, 0, 1795335990558687, 1795335990558687, 1795335990561523, NULL, NULL, '270', NULL, NULL, 137, NULL),
	('looping-1', 410, 'each/first', 'complete', 1, '/1/', false, 136, 0, 1, 0, 0, 0, 1795335990561523, 1795335990561523, 1795335990570896, NULL, NULL, '272', NULL, NULL, 138, NULL),
	('looping-1', 412, 'each/go', 'skipped', 1, '/1/', false, 136, 0, 0, 0, 0, 0, 1795335990570896, NULL, 1795335990570896, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 411, 'each/first', 'complete', 1, '/1/', false, 137, 0, 1, 0, 0, 0, 1795335990561523, 1795335990561523, 1795335990570896, NULL, NULL, '274', NULL, NULL, 138, NULL),
	('looping-1', 414, 'each/go', 'skipped', 1, '/1/', false, 137, 0, 0, 0, 0, 0, 1795335990570896, NULL, 1795335990570896, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 413, 'each/second', 'complete', 1, '/1/', false, 136, 0, 1, 0, 0, 0, 1795335990570896, 1795335990570896, 1795335990583012, NULL, NULL, '272', NULL, NULL, 139, NULL),
	('looping-1', 415, 'each/second', 'complete', 1, '/1/', false, 137, 0, 1, 0, 0, 0, 1795335990570896, 1795335990570896, 1795335990583012, NULL, NULL, '274', NULL, NULL, 139, NULL),
	('looping-1', 416, 'each/first', 'complete', 1, '/1/', false, 138, 0, 1, 0, 0, 0, 1795335990583012, 1795335990583012, 1795335990602136, NULL, NULL, '276', NULL, NULL, 140, NULL),
	('looping-1', 417, 'each/first', 'complete', 1, '/1/', false, 139, 0, 1, 0, 0, 0, 1795335990583012, 1795335990583012, 1795335990602136, NULL, NULL, '278', NULL, NULL, 140, NULL),
	('looping-1', 436, 'each/go', 'skipped', 1, '/1/', false, 144, 0, 0, 0, 0, 0, 1795335990693978, NULL, 1795335990693978, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 438, 'each/go', 'skipped', 1, '/1/', false, 145, 0, 0, 0, 0, 0, 1795335990693978, NULL, 1795335990693978, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 437, 'each/second', 'complete', 1, '/1/', false, 144, 0, 1, 0, 0, 0, 1795335990693978, 1795335990693978, 1795335990701121, NULL, NULL, '288', NULL, NULL, 147, NULL),
	('looping-1', 439, 'each/second', 'complete', 1, '/1/', false, 145, 0, 1, 0, 0, 0, 1795335990693978, 1795335990693978, 1795335990701121, NULL, NULL, '290', NULL, NULL, 147, NULL),
	('looping-1', 440, 'each/first', 'complete', 1, '/1/', false, 146, 0, 1, 0, 0, 0, 1795335990701121, 1795335990701121, 1795335990721221, NULL, NULL, '292', NULL, NULL, 148, NULL),
	('looping-1', 442, 'each/go', 'skipped', 1, '/1/', false, 146, 0, 0, 0, 0, 0, 1795335990721221, NULL, 1795335990721221, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 441, 'each/first', 'complete', 1, '/1/', false, 147, 0, 1, 0, 0, 0, 1795335990701121, 1795335990701121, 1795335990721221, NULL, NULL, '294', NULL, NULL, 148, NULL),
	('looping-1', 444, 'each/go', 'skipped', 1, '/1/', false, 147, 0, 0, 0, 0, 0, 1795335990721221, NULL, 1795335990721221, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 443, 'each/second', 'complete', 1, '/1/', false, 146, 0, 1, 0, 0, 0, 1795335990721221, 1795335990721221, 1795335990732280, NULL, NULL, '292', NULL, NULL, 149, NULL),
	('looping-1', 445, 'each/second', 'complete', 1, '/1/', false, 147, 0, 1, 0, 0, 0, 1795335990721221, 1795335990721221, 1795335990732280, NULL, NULL, '294', NULL, NULL, 149, NULL),
	('looping-1', 446, 'each/first', 'complete', 1, '/1/', false, 148, 0, 1, 0, 0, 0, 1795335990732280, 1795335990732280, 1795335990746677, NULL, NULL, '296', NULL, NULL, 150, NULL),
	('looping-1', 447, 'each/first', 'complete', 1, '/1/', false, 149, 0, 1, 0, 0, 0, 1795335990732280, 1795335990732280, 1795335990746677, NULL, NULL, '298', NULL, NULL, 150, NULL),
	('looping-1', 454, 'each/go', 'skipped', 1, '/1/', false, 150, 0, 0, 0, 0, 0, 1795335990785174, NULL, 1795335990785174, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 455, 'each/second', 'complete', 1, '/1/', false, 150, 0, 1, 0, 0, 0, 1795335990785174, 1795335990785174, 1795335990809475, NULL, NULL, '300', NULL, NULL, 153, NULL),
	('looping-1', 435, 'each/first', 'complete', 1, '/1/', false, 145, 0, 1, 0, 0, 0, 1795335990677744, 1795335990677744, 1795335990693978, NULL, NULL, '290', NULL, NULL, 146, NULL),
	('looping-1', 448, 'each/go', 'skipped', 1, '/1/', false, 148, 0, 0, 0, 0, 0, 1795335990746677, NULL, 1795335990746677, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 450, 'each/go', 'skipped', 1, '/1/', false, 149, 0, 0, 0, 0, 0, 1795335990746677, NULL, 1795335990746677, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 449, 'each/second', 'complete', 1, '/1/', false, 148, 0, 1, 0, 0, 0, 1795335990746677, 1795335990746677, 1795335990773851, NULL, NULL, '296', NULL, NULL, 151, NULL),
	('looping-1', 451, 'each/second', 'complete', 1, '/1/', false, 149, 0, 1, 0, 0, 0, 1795335990746677, 1795335990746677, 1795335990773851, NULL, NULL, '298', NULL, NULL, 151, NULL),
	('looping-1', 452, 'each/first', 'complete', 1, '/1/', false, 150, 0, 1, 0, 0, 0, 1795335990773851, 1795335990773851, 1795335990785174, NULL, NULL, '300', NULL, NULL, 152, NULL),
	('looping-1', 453, 'each/first', 'complete', 1, '/1/', false, 151, 0, 1, 0, 0, 0, 1795335990773851, 1795335990773851, 1795335990785174, NULL, NULL, '302', NULL, NULL, 152, NULL),
	('looping-1', 494, 'each/first', 'complete', 1, '/1/', false, 164, 0, 1, 0, 0, 0, 1795335990991277, 1795335990991277, 1795335991018119, NULL, NULL, '328', NULL, NULL, 166, NULL),
	('looping-1', 496, 'each/go', 'skipped', 1, '/1/', false, 164, 0, 0, 0, 0, 0, 1795335991018119, NULL, 1795335991018119, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 495, 'each/first', 'complete', 1, '/1/', false, 165, 0, 1, 0, 0, 0, 1795335990991277, 1795335990991277, 1795335991018119, NULL, NULL, '330', NULL, NULL, 166, NULL),
	('looping-1', 498, 'each/go', 'skipped', 1, '/1/', false, 165, 0, 0, 0, 0, 0, 1795335991018119, NULL, 1795335991018119, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 497, 'each/second', 'complete', 1, '/1/', false, 164, 0, 1, 0, 0, 0, 1795335991018119, 1795335991018119, 1795335991035736, NULL, NULL, '328', NULL, NULL, 167, NULL),
	('looping-1', 499, 'each/second', 'complete', 1, '/1/', false, 165, 0, 1, 0, 0, 0, 1795335991018119, 1795335991018119, 1795335991035736, NULL, NULL, '330', NULL, NULL, 167, NULL),
	('looping-1', 500, 'each/first', 'complete', 1, '/1/', false, 166, 0, 1, 0, 0, 0, 1795335991035736, 1795335991035736, 1795335991057769, NULL, NULL, '332', NULL, NULL, 168, NULL),
	('looping-1', 501, 'each/first', 'complete', 1, '/1/', false, 167, 0, 1, 0, 0, 0, 1795335991035736, 1795335991035736, 1795335991057769, NULL, NULL, '334', NULL, NULL, 168, NULL),
	('looping-1', 580, 'each/go', 'skipped', 1, '/1/', false, 192, 0, 0, 0, 0, 0, 1795335991368367, NULL, 1795335991368367, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 582, 'each/go', 'skipped', 1, '/1/', false, 193, 0, 0, 0, 0, 0, 1795335991368367, NULL, 1795335991368367, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 581, 'each/second', 'complete', 1, '/1/', false, 192, 0, 1, 0, 0, 0, 1795335991368367, 1795335991368367, 1795335991385406, NULL, NULL, '384', NULL, NULL, 195, NULL),
	('looping-1', 583, 'each/second', 'complete', 1, '/1/', false, 193, 0, 1, 0, 0, 0, 1795335991368367, 1795335991368367, 1795335991385406, NULL, NULL, '386', NULL, NULL, 195, NULL),
	('looping-1', 584, 'each/first', 'complete', 1, '/1/', false, 194, 0, 1, 0, 0, 0, 1795335991385406, 1795335991385406, 1795335991401848, NULL, NULL, '388', NULL, NULL, 196, NULL),
	('looping-1', 585, 'each/first', 'complete', 1, '/1/', false, 195, 0, 1, 0, 0, 0, 1795335991385406, 1795335991385406, 1795335991401848, NULL, NULL, '390', NULL, NULL, 196, NULL),
	('looping-1', 634, 'each/go', 'skipped', 1, '/1/', false, 210, 0, 0, 0, 0, 0, 1795335991511213, NULL, 1795335991511213, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 636, 'each/go', 'skipped', 1, '/1/', false, 211, 0, 0, 0, 0, 0, 1795335991511213, NULL, 1795335991511213, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 635, 'each/second', 'complete', 1, '/1/', false, 210, 0, 1, 0, 0, 0, 1795335991511213, 1795335991511213, 1795335991536418, NULL, NULL, '420', NULL, NULL, 213, NULL),
	('looping-1', 637, 'each/second', 'complete', 1, '/1/', false, 211, 0, 1, 0, 0, 0, 1795335991511213, 1795335991511213, 1795335991536418, NULL, NULL, '422', NULL, NULL, 213, NULL),
	('looping-1', 638, 'each/first', 'complete', 1, '/1/', false, 212, 0, 1, 0, 0, 0, 1795335991536418, 1795335991536418, 1795335991545809, NULL, NULL, '424', NULL, NULL, 214, NULL),
	('looping-1', 640, 'each/go', 'skipped', 1, '/1/', false, 212, 0, 0, 0, 0, 0, 1795335991545809, NULL, 1795335991545809, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 639, 'each/first', 'complete', 1, '/1/', false, 213, 0, 1, 0, 0, 0, 1795335991536418, 1795335991536418, 1795335991545809, NULL, NULL, '426', NULL, NULL, 214, NULL),
	('looping-1', 642, 'each/go', 'skipped', 1, '/1/', false, 213, 0, 0, 0, 0, 0, 1795335991545809, NULL, 1795335991545809, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 641, 'each/second', 'complete', 1, '/1/', false, 212, 0, 1, 0, 0, 0, 1795335991545809, 1795335991545809, 1795335991557921, NULL, NULL, '424', NULL, NULL, 215, NULL),
	('looping-1', 643, 'each/second', 'complete', 1, '/1/', false, 213, 0, 1, 0, 0, 0, 1795335991545809, 1795335991545809, 1795335991557921, NULL, NULL, '426', NULL, NULL, 215, NULL),
	('looping-1', 644, 'each/first', 'complete', 1, '/1/', false, 214, 0, 1, 0, 0, 0, 1795335991557921, 1795335991557921, 1795335991573049, NULL, NULL, '428', NULL, NULL, 216, NULL);
INSERT INTO wfe_clusters.pointer VALUES
	('looping-1', 646, 'each/go', 'skipped', 1, '/1/', false, 214, 0, 0, 0, 0, 0, 1795335991573049, NULL, 1795335991573049, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 645, 'each/first', 'complete', 1, '/1/', false, 215, 0, 1, 0, 0, 0, 1795335991557921, 1795335991557921, 1795335991573049, NULL, NULL, '430', NULL, NULL, 216, NULL),
	('looping-1', 648, 'each/go', 'skipped', 1, '/1/', false, 215, 0, 0, 0, 0, 0, 1795335991573049, NULL, 1795335991573049, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 647, 'each/second', 'complete', 1, '/1/', false, 214, 0, 1, 0, 0, 0, 1795335991573049, 1795335991573049, 1795335991603042, NULL, NULL, '428', NULL, NULL, 217, NULL),
	('looping-1', 649, 'each/second', 'complete', 1, '/1/', false, 215, 0, 1, 0, 0, 0, 1795335991573049, 1795335991573049, 1795335991603042, NULL, NULL, '430', NULL, NULL, 217, NULL),
	('looping-1', 650, 'each/first', 'complete', 1, '/1/', false, 216, 0, 1, 0, 0, 0, 1795335991603042, 1795335991603042, 1795335991624898, NULL, NULL, '432', NULL, NULL, 218, NULL),
	('looping-1', 652, 'each/go', 'skipped', 1, '/1/', false, 216, 0, 0, 0, 0, 0, 1795335991624898, NULL, 1795335991624898, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 651, 'each/first', 'complete', 1, '/1/', false, 217, 0, 1, 0, 0, 0, 1795335991603042, 1795335991603042, 1795335991624898, NULL, NULL, '434', NULL, NULL, 218, NULL),
	('looping-1', 654, 'each/go', 'skipped', 1, '/1/', false, 217, 0, 0, 0, 0, 0, 1795335991624898, NULL, 1795335991624898, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 653, 'each/second', 'complete', 1, '/1/', false, 216, 0, 1, 0, 0, 0, 1795335991624898, 1795335991624898, 1795335991642190, NULL, NULL, '432', NULL, NULL, 219, NULL),
	('looping-1', 457, 'each/second', 'complete', 1, '/1/', false, 151, 0, 1, 0, 0, 0, 1795335990785174, 1795335990785174, 1795335990809475, NULL, NULL, '302', NULL, NULL, 153, NULL),
	('looping-1', 458, 'each/first', 'complete', 1, '/1/', false, 152, 0, 1, 0, 0, 0, 1795335990809475, 1795335990809475, 1795335990831829, NULL, NULL, '304', NULL, NULL, 154, NULL),
	('looping-1', 460, 'each/go', 'skipped', 1, '/1/', false, 152, 0, 0, 0, 0, 0, 1795335990831829, NULL, 1795335990831829, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 459, 'each/first', 'complete', 1, '/1/', false, 153, 0, 1, 0, 0, 0, 1795335990809475, 1795335990809475, 1795335990831829, NULL, NULL, '306', NULL, NULL, 154, NULL),
	('looping-1', 462, 'each/go', 'skipped', 1, '/1/', false, 153, 0, 0, 0, 0, 0, 1795335990831829, NULL, 1795335990831829, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 461, 'each/second', 'complete', 1, '/1/', false, 152, 0, 1, 0, 0, 0, 1795335990831829, 1795335990831829, 1795335990844384, NULL, NULL, '304', NULL, NULL, 155, NULL),
	('looping-1', 463, 'each/second', 'complete', 1, '/1/', false, 153, 0, 1, 0, 0, 0, 1795335990831829, 1795335990831829, 1795335990844384, NULL, NULL, '306', NULL, NULL, 155, NULL),
	('looping-1', 464, 'each/first', 'complete', 1, '/1/', false, 154, 0, 1, 0, 0, 0, 1795335990844384, 1795335990844384, 1795335990852267, NULL, NULL, '308', NULL, NULL, 156, NULL),
	('looping-1', 466, 'each/go', 'skipped', 1, '/1/', false, 154, 0, 0, 0, 0, 0, 1795335990852267, NULL, 1795335990852267, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 465, 'each/first', 'complete', 1, '/1/', false, 155, 0, 1, 0, 0, 0, 1795335990844384, 1795335990844384, 1795335990852267, NULL, NULL, '310', NULL, NULL, 156, NULL),
	('looping-1', 468, 'each/go', 'skipped', 1, '/1/', false, 155, 0, 0, 0, 0, 0, 1795335990852267, NULL, 1795335990852267, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 467, 'each/second', 'complete', 1, '/1/', false, 154, 0, 1, 0, 0, 0, 1795335990852267, 1795335990852267, 1795335990865590, NULL, NULL, '308', NULL, NULL, 157, NULL),
	('looping-1', 469, 'each/second', 'complete', 1, '/1/', false, 155, 0, 1, 0, 0, 0, 1795335990852267, 1795335990852267, 1795335990865590, NULL, NULL, '310', NULL, NULL, 157, NULL),
	('looping-1', 470, 'each/first', 'complete', 1, '/1/', false, 156, 0, 1, 0, 0, 0, 1795335990865590, 1795335990865590, 1795335990878733, NULL, NULL, '312', NULL, NULL, 158, NULL),
	('looping-1', 472, 'each/go', 'skipped', 1, '/1/', false, 156, 0, 0, 0, 0, 0, 1795335990878733, NULL, 1795335990878733, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 471, 'each/first', 'complete', 1, '/1/', false, 157, 0, 1, 0, 0, 0, 1795335990865590, 1795335990865590, 1795335990878733, NULL, NULL, '314', NULL, NULL, 158, NULL),
	('looping-1', 474, 'each/go', 'skipped', 1, '/1/', false, 157, 0, 0, 0, 0, 0, 1795335990878733, NULL, 1795335990878733, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 473, 'each/second', 'complete', 1, '/1/', false, 156, 0, 1, 0, 0, 0, 1795335990878733, 1795335990878733, 1795335990897274, NULL, NULL, '312', NULL, NULL, 159, NULL),
	('looping-1', 475, 'each/second', 'complete', 1, '/1/', false, 157, 0, 1, 0, 0, 0, 1795335990878733, 1795335990878733, 1795335990897274, NULL, NULL, '314', NULL, NULL, 159, NULL),
	('looping-1', 476, 'each/first', 'complete', 1, '/1/', false, 158, 0, 1, 0, 0, 0, 1795335990897274, 1795335990897274, 1795335990919291, NULL, NULL, '316', NULL, NULL, 160, NULL),
	('looping-1', 478, 'each/go', 'skipped', 1, '/1/', false, 158, 0, 0, 0, 0, 0, 1795335990919291, NULL, 1795335990919291, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 477, 'each/first', 'complete', 1, '/1/', false, 159, 0, 1, 0, 0, 0, 1795335990897274, 1795335990897274, 1795335990919291, NULL, NULL, '318', NULL, NULL, 160, NULL),
	('looping-1', 480, 'each/go', 'skipped', 1, '/1/', false, 159, 0, 0, 0, 0, 0, 1795335990919291, NULL, 1795335990919291, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 479, 'each/second', 'complete', 1, '/1/', false, 158, 0, 1, 0, 0, 0, 1795335990919291, 1795335990919291, 1795335990940160, NULL, NULL, '316', NULL, NULL, 161, NULL),
	('looping-1', 481, 'each/second', 'complete', 1, '/1/', false, 159, 0, 1, 0, 0, 0, 1795335990919291, 1795335990919291, 1795335990940160, NULL, NULL, '318', NULL, NULL, 161, NULL),
	('looping-1', 482, 'each/first', 'complete', 1, '/1/', false, 160, 0, 1, 0, 0, 0, 1795335990940160, 1795335990940160, 1795335990963519, NULL, NULL, '320', NULL, NULL, 162, NULL),
	('looping-1', 484, 'each/go', 'skipped', 1, '/1/', false, 160, 0, 0, 0, 0, 0, 1795335990963519, NULL, 1795335990963519, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 483, 'each/first', 'complete', 1, '/1/', false, 161, 0, 1, 0, 0, 0, 1795335990940160, 1795335990940160, 1795335990963519, NULL, NULL, '322', NULL, NULL, 162, NULL),
	('looping-1', 486, 'each/go', 'skipped', 1, '/1/', false, 161, 0, 0, 0, 0, 0, 1795335990963519, NULL, 1795335990963519, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 485, 'each/second', 'complete', 1, '/1/', false, 160, 0, 1, 0, 0, 0, 1795335990963519, 1795335990963519, 1795335990973402, NULL, NULL, '320', NULL, NULL, 163, NULL),
	('looping-1', 487, 'each/second', 'complete', 1, '/1/', false, 161, 0, 1, 0, 0, 0, 1795335990963519, 1795335990963519, 1795335990973402, NULL, NULL, '322', NULL, NULL, 163, NULL),
	('looping-1', 488, 'each/first', 'complete', 1, '/1/', false, 162, 0, 1, 0, 0, 0, 1795335990973402, 1795335990973402, 1795335990982860, NULL, NULL, '324', NULL, NULL, 164, NULL),
	('looping-1', 490, 'each/go', 'skipped', 1, '/1/', false, 162, 0, 0, 0, 0, 0, 1795335990982860, NULL, 1795335990982860, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 489, 'each/first', 'complete', 1, '/1/', false, 163, 0, 1, 0, 0, 0, 1795335990973402, 1795335990973402, 1795335990982860, NULL, NULL, '326', NULL, NULL, 164, NULL),
	('looping-1', 492, 'each/go', 'skipped', 1, '/1/', false, 163, 0, 0, 0, 0, 0, 1795335990982860, NULL, 1795335990982860, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 491, 'each/second', 'complete', 1, '/1/', false, 162, 0, 1, 0, 0, 0, 1795335990982860, 1795335990982860, 1795335990991277, NULL, NULL, '324', NULL, NULL, 165, NULL),
	('looping-1', 493, 'each/second', 'complete', 1, '/1/', false, 163, 0, 1, 0, 0, 0, 1795335990982860, 1795335990982860, 1795335990991277, NULL, NULL, '326', NULL, NULL, 165, NULL),
	('looping-1', 502, 'each/go', 'skipped', 1, '/1/', false, 166, 0, 0, 0, 0, 0, 1795335991057769, NULL, 1795335991057769, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 504, 'each/go', 'skipped', 1, '/1/', false, 167, 0, 0, 0, 0, 0, 1795335991057769, NULL, 1795335991057769, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 503, 'each/second', 'complete', 1, '/1/', false, 166, 0, 1, 0, 0, 0, 1795335991057769, 1795335991057769, 1795335991072686, NULL, NULL, '332', NULL, NULL, 169, NULL),
	('looping-1', 505, 'each/second', 'complete', 1, '/1/', false, 167, 0, 1, 0, 0, 0, 1795335991057769, 1795335991057769, 1795335991072686, NULL, NULL, '334', NULL, NULL, 169, NULL),
	('looping-1', 506, 'each/first', 'complete', 1, '/1/', false, 168, 0, 1, 0, 0, 0, 1795335991072686, 1795335991072686, 1795335991097001, NULL, NULL, '336', NULL, NULL, 170, NULL),
	('looping-1', 508, 'each/go', 'skipped', 1, '/1/', false, 168, 0, 0, 0, 0, 0, 1795335991097001, NULL, 1795335991097001, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 507, 'each/first', 'complete', 1, '/1/', false, 169, 0, 1, 0, 0, 0, 1795335991072686, 1795335991072686, 1795335991097001, NULL, NULL, '338', NULL, NULL, 170, NULL),
	('looping-1', 510, 'each/go', 'skipped', 1, '/1/', false, 169, 0, 0, 0, 0, 0, 1795335991097001, NULL, 1795335991097001, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 509, 'each/second', 'complete', 1, '/1/', false, 168, 0, 1, 0, 0, 0, 1795335991097001, 1795335991097001, 1795335991110785, NULL, NULL, '336', NULL, NULL, 171, NULL),
	('looping-1', 511, 'each/second', 'complete', 1, '/1/', false, 169, 0, 1, 0, 0, 0, 1795335991097001, 1795335991097001, 1795335991110785, NULL, NULL, '338', NULL, NULL, 171, NULL),
	('looping-1', 512, 'each/first', 'complete', 1, '/1/', false, 170, 0, 1, 0, 0, 0, 1795335991110785, 1795335991110785, 1795335991115192, NULL, NULL, '340', NULL, NULL, 172, NULL),
	('looping-1', 514, 'each/go', 'skipped', 1, '/1/', false, 170, 0, 0, 0, 0, 0, 1795335991115192, NULL, 1795335991115192, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 513, 'each/first', 'complete', 1, '/1/', false, 171, 0, 1, 0, 0, 0, 1795335991110785, 1795335991110785, 1795335991115192, NULL, NULL, '342', NULL, NULL, 172, NULL),
	('looping-1', 516, 'each/go', 'skipped', 1, '/1/', false, 171, 0, 0, 0, 0, 0, 1795335991115192, NULL, 1795335991115192, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 515, 'each/second', 'complete', 1, '/1/', false, 170, 0, 1, 0, 0, 0, 1795335991115192, 1795335991115192, 1795335991127351, NULL, NULL, '340', NULL, NULL, 173, NULL),
	('looping-1', 517, 'each/second', 'complete', 1, '/1/', false, 171, 0, 1, 0, 0, 0, 1795335991115192, 1795335991115192, 1795335991127351, NULL, NULL, '342', NULL, NULL, 173, NULL),
	('looping-1', 518, 'each/first', 'complete', 1, '/1/', false, 172, 0, 1, 0, 0, 0, 1795335991127351, 1795335991127351, 1795335991139985, NULL, NULL, '344', NULL, NULL, 174, NULL),
	('looping-1', 520, 'each/go', 'skipped', 1, '/1/', false, 172, 0, 0, 0, 0, 0, 1795335991139985, NULL, 1795335991139985, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 519, 'each/first', 'complete', 1, '/1/', false, 173, 0, 1, 0, 0, 0, 1795335991127351, 1795335991127351, 1795335991139985, NULL, NULL, '346', NULL, NULL, 174, NULL),
	('looping-1', 522, 'each/go', 'skipped', 1, '/1/', false, 173, 0, 0, 0, 0, 0, 1795335991139985, NULL, 1795335991139985, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 521, 'each/second', 'complete', 1, '/1/', false, 172, 0, 1, 0, 0, 0, 1795335991139985, 1795335991139985, 1795335991143977, NULL, NULL, '344', NULL, NULL, 175, NULL),
	('looping-1', 523, 'each/second', 'complete', 1, '/1/', false, 173, 0, 1, 0, 0, 0, 1795335991139985, 1795335991139985, 1795335991143977, NULL, NULL, '346', NULL, NULL, 175, NULL),
	('looping-1', 524, 'each/first', 'complete', 1, '/1/', false, 174, 0, 1, 0, 0, 0, 1795335991143977, 1795335991143977, 1795335991160736, NULL, NULL, '348', NULL, NULL, 176, NULL),
	('looping-1', 526, 'each/go', 'skipped', 1, '/1/', false, 174, 0, 0, 0, 0, 0, 1795335991160736, NULL, 1795335991160736, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 525, 'each/first', 'complete', 1, '/1/', false, 175, 0, 1, 0, 0, 0, 1795335991143977, 1795335991143977, 1795335991160736, NULL, NULL, '350', NULL, NULL, 176, NULL),
	('looping-1', 528, 'each/go', 'skipped', 1, '/1/', false, 175, 0, 0, 0, 0, 0, 1795335991160736, NULL, 1795335991160736, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 527, 'each/second', 'complete', 1, '/1/', false, 174, 0, 1, 0, 0, 0, 1795335991160736, 1795335991160736, 1795335991170867, NULL, NULL, '348', NULL, NULL, 177, NULL),
	('looping-1', 529, 'each/second', 'complete', 1, '/1/', false, 175, 0, 1, 0, 0, 0, 1795335991160736, 1795335991160736, 1795335991170867, NULL, NULL, '350', NULL, NULL, 177, NULL),
	('looping-1', 530, 'each/first', 'complete', 1, '/1/', false, 176, 0, 1, 0, 0, 0, 1795335991170867, 1795335991170867, 1795335991181495, NULL, NULL, '352', NULL, NULL, 178, NULL),
	('looping-1', 532, 'each/go', 'skipped', 1, '/1/', false, 176, 0, 0, 0, 0, 0, 1795335991181495, NULL, 1795335991181495, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 531, 'each/first', 'complete', 1, '/1/', false, 177, 0, 1, 0, 0, 0, 1795335991170867, 1795335991170867, 1795335991181495, NULL, NULL, '354', NULL, NULL, 178, NULL),
	('looping-1', 534, 'each/go', 'skipped', 1, '/1/', false, 177, 0, 0, 0, 0, 0, 1795335991181495, NULL, 1795335991181495, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 533, 'each/second', 'complete', 1, '/1/', false, 176, 0, 1, 0, 0, 0, 1795335991181495, 1795335991181495, 1795335991188073, NULL, NULL, '352', NULL, NULL, 179, NULL),
	('looping-1', 535, 'each/second', 'complete', 1, '/1/', false, 177, 0, 1, 0, 0, 0, 1795335991181495, 1795335991181495, 1795335991188073, NULL, NULL, '354', NULL, NULL, 179, NULL),
	('looping-1', 536, 'each/first', 'complete', 1, '/1/', false, 178, 0, 1, 0, 0, 0, 1795335991188073, 1795335991188073, 1795335991194936, NULL, NULL, '356', NULL, NULL, 180, NULL),
	('looping-1', 538, 'each/go', 'skipped', 1, '/1/', false, 178, 0, 0, 0, 0, 0, 1795335991194936, NULL, 1795335991194936, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 537, 'each/first', 'complete', 1, '/1/', false, 179, 0, 1, 0, 0, 0, 1795335991188073, 1795335991188073, 1795335991194936, NULL, NULL, '358', NULL, NULL, 180, NULL),
	('looping-1', 540, 'each/go', 'skipped', 1, '/1/', false, 179, 0, 0, 0, 0, 0, 1795335991194936, NULL, 1795335991194936, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 539, 'each/second', 'complete', 1, '/1/', false, 178, 0, 1, 0, 0, 0, 1795335991194936, 1795335991194936, 1795335991202486, NULL, NULL, '356', NULL, NULL, 181, NULL),
	('looping-1', 541, 'each/second', 'complete', 1, '/1/', false, 179, 0, 1, 0, 0, 0, 1795335991194936, 1795335991194936, 1795335991202486, NULL, NULL, '358', NULL, NULL, 181, NULL),
	('looping-1', 542, 'each/first', 'complete', 1, '/1/', false, 180, 0, 1, 0, 0, 0, 1795335991202486, 1795335991202486, 1795335991218392, NULL, NULL, '360', NULL, NULL, 182, NULL),
	('looping-1', 544, 'each/go', 'skipped', 1, '/1/', false, 180, 0, 0, 0, 0, 0, 1795335991218392, NULL, 1795335991218392, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 543, 'each/first', 'complete', 1, '/1/', false, 181, 0, 1, 0, 0, 0, 1795335991202486, 1795335991202486, 1795335991218392, NULL, NULL, '362', NULL, NULL, 182, NULL),
	('looping-1', 546, 'each/go', 'skipped', 1, '/1/', false, 181, 0, 0, 0, 0, 0, 1795335991218392, NULL, 1795335991218392, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 545, 'each/second', 'complete', 1, '/1/', false, 180, 0, 1, 0, 0, 0, 1795335991218392, 1795335991218392, 1795335991226885, NULL, NULL, '360', NULL, NULL, 183, NULL),
	('looping-1', 547, 'each/second', 'complete', 1, '/1/', false, 181, 0, 1, 0, 0, 0, 1795335991218392, 1795335991218392, 1795335991226885, NULL, NULL, '362', NULL, NULL, 183, NULL),
	('looping-1', 548, 'each/first', 'complete', 1, '/1/', false, 182, 0, 1, 0, 0, 0, 1795335991226885, 1795335991226885, 1795335991241736, NULL, NULL, '364', NULL, NULL, 184, NULL),
	('looping-1', 550, 'each/go', 'skipped', 1, '/1/', false, 182, 0, 0, 0, 0, 0, 1795335991241736, NULL, 1795335991241736, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 549, 'each/first', 'complete', 1, '/1/', false, 183, 0, 1, 0, 0, 0, 1795335991226885, 1795335991226885, 1795335991241736, NULL, NULL, '366', NULL, NULL, 184, NULL),
	('looping-1', 552, 'each/go', 'skipped', 1, '/1/', false, 183, 0, 0, 0, 0, 0, 1795335991241736, NULL, 1795335991241736, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 551, 'each/second', 'complete', 1, '/1/', false, 182, 0, 1, 0, 0, 0, 1795335991241736, 1795335991241736, 1795335991269992, NULL, NULL, '364', NULL, NULL, 185, NULL),
	('looping-1', 553, 'each/second', 'complete', 1, '/1/', false, 183, 0, 1, 0, 0, 0, 1795335991241736, 1795335991241736, 1795335991269992, NULL, NULL, '366', NULL, NULL, 185, NULL),
	('looping-1', 554, 'each/first', 'complete', 1, '/1/', false, 184, 0, 1, 0, 0, 0, 1795335991269992, 1795335991269992, 1795335991283714, NULL, NULL, '368', NULL, NULL, 186, NULL),
	('looping-1', 556, 'each/go', 'skipped', 1, '/1/', false, 184, 0, 0, 0, 0, 0, 1795335991283714, NULL, 1795335991283714, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 555, 'each/first', 'complete', 1, '/1/', false, 185, 0, 1, 0, 0, 0, 1795335991269992, 1795335991269992, 1795335991283714, NULL, NULL, '370', NULL, NULL, 186, NULL),
	('looping-1', 558, 'each/go', 'skipped', 1, '/1/', false, 185, 0, 0, 0, 0, 0, 1795335991283714, NULL, 1795335991283714, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 557, 'each/second', 'complete', 1, '/1/', false, 184, 0, 1, 0, 0, 0, 1795335991283714, 1795335991283714, 1795335991300300, NULL, NULL, '368', NULL, NULL, 187, NULL),
	('looping-1', 559, 'each/second', 'complete', 1, '/1/', false, 185, 0, 1, 0, 0, 0, 1795335991283714, 1795335991283714, 1795335991300300, NULL, NULL, '370', NULL, NULL, 187, NULL),
	('looping-1', 560, 'each/first', 'complete', 1, '/1/', false, 186, 0, 1, 0, 0, 0, 1795335991300300, 1795335991300300, 1795335991305099, NULL, NULL, '372', NULL, NULL, 188, NULL),
	('looping-1', 562, 'each/go', 'skipped', 1, '/1/', false, 186, 0, 0, 0, 0, 0, 1795335991305099, NULL, 1795335991305099, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 561, 'each/first', 'complete', 1, '/1/', false, 187, 0, 1, 0, 0, 0, 1795335991300300, 1795335991300300, 1795335991305099, NULL, NULL, '374', NULL, NULL, 188, NULL),
	('looping-1', 564, 'each/go', 'skipped', 1, '/1/', false, 187, 0, 0, 0, 0, 0, 1795335991305099, NULL, 1795335991305099, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 563, 'each/second', 'complete', 1, '/1/', false, 186, 0, 1, 0, 0, 0, 1795335991305099, 1795335991305099, 1795335991328281, NULL, NULL, '372', NULL, NULL, 189, NULL),
	('looping-1', 565, 'each/second', 'complete', 1, '/1/', false, 187, 0, 1, 0, 0, 0, 1795335991305099, 1795335991305099, 1795335991328281, NULL, NULL, '374', NULL, NULL, 189, NULL),
	('looping-1', 566, 'each/first', 'complete', 1, '/1/', false, 188, 0, 1, 0, 0, 0, 1795335991328281, 1795335991328281, 1795335991338522, NULL, NULL, '376', NULL, NULL, 190, NULL),
	('looping-1', 568, 'each/go', 'skipped', 1, '/1/', false, 188, 0, 0, 0, 0, 0, 1795335991338522, NULL, 1795335991338522, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 567, 'each/first', 'complete', 1, '/1/', false, 189, 0, 1, 0, 0, 0, 1795335991328281, 1795335991328281, 1795335991338522, NULL, NULL, '378', NULL, NULL, 190, NULL),
	('looping-1', 570, 'each/go', 'skipped', 1, '/1/', false, 189, 0, 0, 0, 0, 0, 1795335991338522, NULL, 1795335991338522, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 569, 'each/second', 'complete', 1, '/1/', false, 188, 0, 1, 0, 0, 0, 1795335991338522, 1795335991338522, 1795335991346235, NULL, NULL, '376', NULL, NULL, 191, NULL),
	('looping-1', 571, 'each/second', 'complete', 1, '/1/', false, 189, 0, 1, 0, 0, 0, 1795335991338522, 1795335991338522, 1795335991346235, NULL, NULL, '378', NULL, NULL, 191, NULL),
	('looping-1', 572, 'each/first', 'complete', 1, '/1/', false, 190, 0, 1, 0, 0, 0, 1795335991346235, 1795335991346235, 1795335991354554, NULL, NULL, '380', NULL, NULL, 192, NULL),
	('looping-1', 574, 'each/go', 'skipped', 1, '/1/', false, 190, 0, 0, 0, 0, 0, 1795335991354554, NULL, 1795335991354554, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 573, 'each/first', 'complete', 1, '/1/', false, 191, 0, 1, 0, 0, 0, 1795335991346235, 1795335991346235, 1795335991354554, NULL, NULL, '382', NULL, NULL, 192, NULL),
	('looping-1', 576, 'each/go', 'skipped', 1, '/1/', false, 191, 0, 0, 0, 0, 0, 1795335991354554, NULL, 1795335991354554, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 575, 'each/second', 'complete', 1, '/1/', false, 190, 0, 1, 0, 0, 0, 1795335991354554, 1795335991354554, 1795335991362493, NULL, NULL, '380', NULL, NULL, 193, NULL),
	('looping-1', 577, 'each/second', 'complete', 1, '/1/', false, 191, 0, 1, 0, 0, 0, 1795335991354554, 1795335991354554, 1795335991362493, NULL, NULL, '382', NULL, NULL, 193, NULL),
	('looping-1', 578, 'each/first', 'complete', 1, '/1/', false, 192, 0, 1, 0, 0, 0, 1795335991362493, 1795335991362493, 1795335991368367, NULL, NULL, '384', NULL, NULL, 194, NULL),
	('looping-1', 579, 'each/first', 'complete', 1, '/1/', false, 193, 0, 1, 0, 0, 0, 1795335991362493, 1795335991362493, 1795335991368367, NULL, NULL, '386', NULL, NULL, 194, NULL),
	('looping-1', 586, 'each/go', 'skipped', 1, '/1/', false, 194, 0, 0, 0, 0, 0, 1795335991401848, NULL, 1795335991401848, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 588, 'each/go', 'skipped', 1, '/1/', false, 195, 0, 0, 0, 0, 0, 1795335991401848, NULL, 1795335991401848, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 587, 'each/second', 'complete', 1, '/1/', false, 194, 0, 1, 0, 0, 0, 1795335991401848, 1795335991401848, 1795335991410348, NULL, NULL, '388', NULL, NULL, 197, NULL),
	('looping-1', 589, 'each/second', 'complete', 1, '/1/', false, 195, 0, 1, 0, 0, 0, 1795335991401848, 1795335991401848, 1795335991410348, NULL, NULL, '390', NULL, NULL, 197, NULL),
	('looping-1', 590, 'each/first', 'complete', 1, '/1/', false, 196, 0, 1, 0, 0, 0, 1795335991410348, 1795335991410348, 1795335991411808, NULL, NULL, '392', NULL, NULL, 198, NULL),
	('looping-1', 592, 'each/go', 'skipped', 1, '/1/', false, 196, 0, 0, 0, 0, 0, 1795335991411808, NULL, 1795335991411808, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 591, 'each/first', 'complete', 1, '/1/', false, 197, 0, 1, 0, 0, 0, 1795335991410348, 1795335991410348, 1795335991411808, NULL, NULL, '394', NULL, NULL, 198, NULL),
	('looping-1', 594, 'each/go', 'skipped', 1, '/1/', false, 197, 0, 0, 0, 0, 0, 1795335991411808, NULL, 1795335991411808, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 593, 'each/second', 'complete', 1, '/1/', false, 196, 0, 1, 0, 0, 0, 1795335991411808, 1795335991411808, 1795335991415173, NULL, NULL, '392', NULL, NULL, 199, NULL),
	('looping-1', 595, 'each/second', 'complete', 1, '/1/', false, 197, 0, 1, 0, 0, 0, 1795335991411808, 1795335991411808, 1795335991415173, NULL, NULL, '394', NULL, NULL, 199, NULL),
	('looping-1', 596, 'each/first', 'complete', 1, '/1/', false, 198, 0, 1, 0, 0, 0, 1795335991415173, 1795335991415173, 1795335991423485, NULL, NULL, '396', NULL, NULL, 200, NULL),
	('looping-1', 598, 'each/go', 'skipped', 1, '/1/', false, 198, 0, 0, 0, 0, 0, 1795335991423485, NULL, 1795335991423485, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 597, 'each/first', 'complete', 1, '/1/', false, 199, 0, 1, 0, 0, 0, 1795335991415173, 1795335991415173, 1795335991423485, NULL, NULL, '398', NULL, NULL, 200, NULL),
	('looping-1', 600, 'each/go', 'skipped', 1, '/1/', false, 199, 0, 0, 0, 0, 0, 1795335991423485, NULL, 1795335991423485, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 599, 'each/second', 'complete', 1, '/1/', false, 198, 0, 1, 0, 0, 0, 1795335991423485, 1795335991423485, 1795335991427270, NULL, NULL, '396', NULL, NULL, 201, NULL),
	('looping-1', 601, 'each/second', 'complete', 1, '/1/', false, 199, 0, 1, 0, 0, 0, 1795335991423485, 1795335991423485, 1795335991427270, NULL, NULL, '398', NULL, NULL, 201, NULL),
	('looping-1', 602, 'each/first', 'complete', 1, '/1/', false, 200, 0, 1, 0, 0, 0, 1795335991427270, 1795335991427270, 1795335991433496, NULL, NULL, '400', NULL, NULL, 202, NULL),
	('looping-1', 604, 'each/go', 'skipped', 1, '/1/', false, 200, 0, 0, 0, 0, 0, 1795335991433496, NULL, 1795335991433496, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 603, 'each/first', 'complete', 1, '/1/', false, 201, 0, 1, 0, 0, 0, 1795335991427270, 1795335991427270, 1795335991433496, NULL, NULL, '402', NULL, NULL, 202, NULL),
	('looping-1', 606, 'each/go', 'skipped', 1, '/1/', false, 201, 0, 0, 0, 0, 0, 1795335991433496, NULL, 1795335991433496, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 605, 'each/second', 'complete', 1, '/1/', false, 200, 0, 1, 0, 0, 0, 1795335991433496, 1795335991433496, 1795335991446555, NULL, NULL, '400', NULL, NULL, 203, NULL),
	('looping-1', 607, 'each/second', 'complete', 1, '/1/', false, 201, 0, 1, 0, 0, 0, 1795335991433496, 1795335991433496, 1795335991446555, NULL, NULL, '402', NULL, NULL, 203, NULL),
	('looping-1', 608, 'each/first', 'complete', 1, '/1/', false, 202, 0, 1, 0, 0, 0, 1795335991446555, 1795335991446555, 1795335991451856, NULL, NULL, '404', NULL, NULL, 204, NULL),
	('looping-1', 610, 'each/go', 'skipped', 1, '/1/', false, 202, 0, 0, 0, 0, 0, 1795335991451856, NULL, 1795335991451856, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 609, 'each/first', 'complete', 1, '/1/', false, 203, 0, 1, 0, 0, 0, 1795335991446555, 1795335991446555, 1795335991451856, NULL, NULL, '406', NULL, NULL, 204, NULL),
	('looping-1', 612, 'each/go', 'skipped', 1, '/1/', false, 203, 0, 0, 0, 0, 0, 1795335991451856, NULL, 1795335991451856, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 611, 'each/second', 'complete', 1, '/1/', false, 202, 0, 1, 0, 0, 0, 1795335991451856, 1795335991451856, 1795335991456282, NULL, NULL, '404', NULL, NULL, 205, NULL),
	('looping-1', 613, 'each/second', 'complete', 1, '/1/', false, 203, 0, 1, 0, 0, 0, 1795335991451856, 1795335991451856, 1795335991456282, NULL, NULL, '406', NULL, NULL, 205, NULL),
	('looping-1', 614, 'each/first', 'complete', 1, '/1/', false, 204, 0, 1, 0, 0, 0, 1795335991456282, 1795335991456282, 1795335991470217, NULL, NULL, '408', NULL, NULL, 206, NULL),
	('looping-1', 616, 'each/go', 'skipped', 1, '/1/', false, 204, 0, 0, 0, 0, 0, 1795335991470217, NULL, 1795335991470217, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 615, 'each/first', 'complete', 1, '/1/', false, 205, 0, 1, 0, 0, 0, 1795335991456282, 1795335991456282, 1795335991470217, NULL, NULL, '410', NULL, NULL, 206, NULL),
	('looping-1', 618, 'each/go', 'skipped', 1, '/1/', false, 205, 0, 0, 0, 0, 0, 1795335991470217, NULL, 1795335991470217, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 617, 'each/second', 'complete', 1, '/1/', false, 204, 0, 1, 0, 0, 0, 1795335991470217, 1795335991470217, 1795335991471526, NULL, NULL, '408', NULL, NULL, 207, NULL),
	('looping-1', 619, 'each/second', 'complete', 1, '/1/', false, 205, 0, 1, 0, 0, 0, 1795335991470217, 1795335991470217, 1795335991471526, NULL, NULL, '410', NULL, NULL, 207, NULL),
	('looping-1', 620, 'each/first', 'complete', 1, '/1/', false, 206, 0, 1, 0, 0, 0, 1795335991471526, 1795335991471526, 1795335991473715, NULL, NULL, '412', NULL, NULL, 208, NULL),
	('looping-1', 622, 'each/go', 'skipped', 1, '/1/', false, 206, 0, 0, 0, 0, 0, 1795335991473715, NULL, 1795335991473715, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 621, 'each/first', 'complete', 1, '/1/', false, 207, 0, 1, 0, 0, 0, 1795335991471526, 1795335991471526, 1795335991473715, NULL, NULL, '414', NULL, NULL, 208, NULL),
	('looping-1', 624, 'each/go', 'skipped', 1, '/1/', false, 207, 0, 0, 0, 0, 0, 1795335991473715, NULL, 1795335991473715, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 623, 'each/second', 'complete', 1, '/1/', false, 206, 0, 1, 0, 0, 0, 1795335991473715, 1795335991473715, 1795335991485864, NULL, NULL, '412', NULL, NULL, 209, NULL),
	('looping-1', 625, 'each/second', 'complete', 1, '/1/', false, 207, 0, 1, 0, 0, 0, 1795335991473715, 1795335991473715, 1795335991485864, NULL, NULL, '414', NULL, NULL, 209, NULL),
	('looping-1', 626, 'each/first', 'complete', 1, '/1/', false, 208, 0, 1, 0, 0, 0, 1795335991485864, 1795335991485864, 1795335991498419, NULL, NULL, '416', NULL, NULL, 210, NULL),
	('looping-1', 628, 'each/go', 'skipped', 1, '/1/', false, 208, 0, 0, 0, 0, 0, 1795335991498419, NULL, 1795335991498419, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 627, 'each/first', 'complete', 1, '/1/', false, 209, 0, 1, 0, 0, 0, 1795335991485864, 1795335991485864, 1795335991498419, NULL, NULL, '418', NULL, NULL, 210, NULL),
	('looping-1', 630, 'each/go', 'skipped', 1, '/1/', false, 209, 0, 0, 0, 0, 0, 1795335991498419, NULL, 1795335991498419, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 629, 'each/second', 'complete', 1, '/1/', false, 208, 0, 1, 0, 0, 0, 1795335991498419, 1795335991498419, 1795335991503020, NULL, NULL, '416', NULL, NULL, 211, NULL),
	('looping-1', 631, 'each/second', 'complete', 1, '/1/', false, 209, 0, 1, 0, 0, 0, 1795335991498419, 1795335991498419, 1795335991503020, NULL, NULL, '418', NULL, NULL, 211, NULL),
	('looping-1', 632, 'each/first', 'complete', 1, '/1/', false, 210, 0, 1, 0, 0, 0, 1795335991503020, 1795335991503020, 1795335991511213, NULL, NULL, '420', NULL, NULL, 212, NULL),
	('looping-1', 633, 'each/first', 'complete', 1, '/1/', false, 211, 0, 1, 0, 0, 0, 1795335991503020, 1795335991503020, 1795335991511213, NULL, NULL, '422', NULL, NULL, 212, NULL),
	('looping-1', 658, 'each/go', 'skipped', 1, '/1/', false, 218, 0, 0, 0, 0, 0, 1795335991656051, NULL, 1795335991656051, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 660, 'each/go', 'skipped', 1, '/1/', false, 219, 0, 0, 0, 0, 0, 1795335991656051, NULL, 1795335991656051, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 659, 'each/second', 'complete', 1, '/1/', false, 218, 0, 1, 0, 0, 0, 1795335991656051, 1795335991656051, 1795335991672419, NULL, NULL, '436', NULL, NULL, 221, NULL),
	('looping-1', 661, 'each/second', 'complete', 1, '/1/', false, 219, 0, 1, 0, 0, 0, 1795335991656051, 1795335991656051, 1795335991672419, NULL, NULL, '438', NULL, NULL, 221, NULL),
	('looping-1', 662, 'each/first', 'complete', 1, '/1/', false, 220, 0, 1, 0, 0, 0, 1795335991672419, 1795335991672419, 1795335991674680, NULL, NULL, '440', NULL, NULL, 222, NULL),
	('looping-1', 655, 'each/second', 'complete', 1, '/1/', false, 217, 0, 1, 0, 0, 0, 1795335991624898, 1795335991624898, 1795335991642190, NULL, NULL, '434', NULL, NULL, 219, NULL),
	('looping-1', 656, 'each/first', 'complete', 1, '/1/', false, 218, 0, 1, 0, 0, 0, 1795335991642190, 1795335991642190, 1795335991656051, NULL, NULL, '436', NULL, NULL, 220, NULL),
	('looping-1', 657, 'each/first', 'complete', 1, '/1/', false, 219, 0, 1, 0, 0, 0, 1795335991642190, 1795335991642190, 1795335991656051, NULL, NULL, '438', NULL, NULL, 220, NULL),
	('looping-1', 716, 'each/first', 'complete', 1, '/1/', false, 238, 0, 1, 0, 0, 0, 1795335991810337, 1795335991810337, 1795335991833613, NULL, NULL, '476', NULL, NULL, 240, NULL),
	('looping-1', 718, 'each/go', 'skipped', 1, '/1/', false, 238, 0, 0, 0, 0, 0, 1795335991833613, NULL, 1795335991833613, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 717, 'each/first', 'complete', 1, '/1/', false, 239, 0, 1, 0, 0, 0, 1795335991810337, 1795335991810337, 1795335991833613, NULL, NULL, '478', NULL, NULL, 240, NULL),
	('looping-1', 720, 'each/go', 'skipped', 1, '/1/', false, 239, 0, 0, 0, 0, 0, 1795335991833613, NULL, 1795335991833613, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 719, 'each/second', 'complete', 1, '/1/', false, 238, 0, 1, 0, 0, 0, 1795335991833613, 1795335991833613, 1795335991850357, NULL, NULL, '476', NULL, NULL, 241, NULL),
	('looping-1', 721, 'each/second', 'complete', 1, '/1/', false, 239, 0, 1, 0, 0, 0, 1795335991833613, 1795335991833613, 1795335991850357, NULL, NULL, '478', NULL, NULL, 241, NULL),
	('looping-1', 754, 'each/go', 'skipped', 1, '/1/', false, 250, 0, 0, 0, 0, 0, 1795335991946853, NULL, 1795335991946853, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 753, 'each/first', 'complete', 1, '/1/', false, 251, 0, 1, 0, 0, 0, 1795335991935901, 1795335991935901, 1795335991946853, NULL, NULL, '502', NULL, NULL, 252, NULL),
	('looping-1', 756, 'each/go', 'skipped', 1, '/1/', false, 251, 0, 0, 0, 0, 0, 1795335991946853, NULL, 1795335991946853, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 755, 'each/second', 'complete', 1, '/1/', false, 250, 0, 1, 0, 0, 0, 1795335991946853, 1795335991946853, 1795335991961955, NULL, NULL, '500', NULL, NULL, 253, NULL),
	('looping-1', 757, 'each/second', 'complete', 1, '/1/', false, 251, 0, 1, 0, 0, 0, 1795335991946853, 1795335991946853, 1795335991961955, NULL, NULL, '502', NULL, NULL, 253, NULL),
	('looping-1', 758, 'each/first', 'complete', 1, '/1/', false, 252, 0, 1, 0, 0, 0, 1795335991961955, 1795335991961955, 1795335991983684, NULL, NULL, '504', NULL, NULL, 254, NULL),
	('looping-1', 759, 'each/first', 'complete', 1, '/1/', false, 253, 0, 1, 0, 0, 0, 1795335991961955, 1795335991961955, 1795335991983684, NULL, NULL, '506', NULL, NULL, 254, NULL),
	('looping-1', 770, 'each/first', 'complete', 1, '/1/', false, 256, 0, 1, 0, 0, 0, 1795335992017047, 1795335992017047, 1795335992027411, NULL, NULL, '512', NULL, NULL, 259, NULL),
	('looping-1', 772, 'each/go', 'skipped', 1, '/1/', false, 256, 0, 0, 0, 0, 0, 1795335992027411, NULL, 1795335992027411, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 771, 'each/first', 'complete', 1, '/1/', false, 257, 0, 1, 0, 0, 0, 1795335992017047, 1795335992017047, 1795335992027411, NULL, NULL, '514', NULL, NULL, 259, NULL),
	('looping-1', 774, 'each/go', 'skipped', 1, '/1/', false, 257, 0, 0, 0, 0, 0, 1795335992027411, NULL, 1795335992027411, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 773, 'each/second', 'complete', 1, '/1/', false, 256, 0, 1, 0, 0, 0, 1795335992027411, 1795335992027411, 1795335992044526, NULL, NULL, '512', NULL, NULL, 260, NULL),
	('looping-1', 775, 'each/second', 'complete', 1, '/1/', false, 257, 0, 1, 0, 0, 0, 1795335992027411, 1795335992027411, 1795335992044526, NULL, NULL, '514', NULL, NULL, 260, NULL),
	('looping-1', 776, 'each/first', 'complete', 1, '/1/', false, 258, 0, 1, 0, 0, 0, 1795335992044526, 1795335992044526, 1795335992067256, NULL, NULL, '516', NULL, NULL, 261, NULL),
	('looping-1', 778, 'each/go', 'skipped', 1, '/1/', false, 258, 0, 0, 0, 0, 0, 1795335992067256, NULL, 1795335992067256, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 777, 'each/first', 'complete', 1, '/1/', false, 259, 0, 1, 0, 0, 0, 1795335992044526, 1795335992044526, 1795335992067256, NULL, NULL, '518', NULL, NULL, 261, NULL),
	('looping-1', 780, 'each/go', 'skipped', 1, '/1/', false, 259, 0, 0, 0, 0, 0, 1795335992067256, NULL, 1795335992067256, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 779, 'each/second', 'complete', 1, '/1/', false, 258, 0, 1, 0, 0, 0, 1795335992067256, 1795335992067256, 1795335992090856, NULL, NULL, '516', NULL, NULL, 262, NULL),
	('looping-1', 781, 'each/second', 'complete', 1, '/1/', false, 259, 0, 1, 0, 0, 0, 1795335992067256, 1795335992067256, 1795335992090856, NULL, NULL, '518', NULL, NULL, 262, NULL),
	('looping-1', 782, 'each/first', 'complete', 1, '/1/', false, 260, 0, 1, 0, 0, 0, 1795335992090856, 1795335992090856, 1795335992110431, NULL, NULL, '520', NULL, NULL, 263, NULL),
	('looping-1', 784, 'each/go', 'skipped', 1, '/1/', false, 260, 0, 0, 0, 0, 0, 1795335992110431, NULL, 1795335992110431, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 783, 'each/first', 'complete', 1, '/1/', false, 261, 0, 1, 0, 0, 0, 1795335992090856, 1795335992090856, 1795335992110431, NULL, NULL, '522', NULL, NULL, 263, NULL),
	('looping-1', 786, 'each/go', 'skipped', 1, '/1/', false, 261, 0, 0, 0, 0, 0, 1795335992110431, NULL, 1795335992110431, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 785, 'each/second', 'complete', 1, '/1/', false, 260, 0, 1, 0, 0, 0, 1795335992110431, 1795335992110431, 1795335992130049, NULL, NULL, '520', NULL, NULL, 264, NULL),
	('looping-1', 787, 'each/second', 'complete', 1, '/1/', false, 261, 0, 1, 0, 0, 0, 1795335992110431, 1795335992110431, 1795335992130049, NULL, NULL, '522', NULL, NULL, 264, NULL),
	('looping-1', 788, 'each/first', 'complete', 1, '/1/', false, 262, 0, 1, 0, 0, 0, 1795335992130049, 1795335992130049, 1795335992152368, NULL, NULL, '524', NULL, NULL, 265, NULL),
	('looping-1', 789, 'each/first', 'complete', 1, '/1/', false, 263, 0, 1, 0, 0, 0, 1795335992130049, 1795335992130049, 1795335992152368, NULL, NULL, '526', NULL, NULL, 265, NULL),
	('looping-1', 808, 'each/go', 'skipped', 1, '/1/', false, 268, 0, 0, 0, 0, 0, 1795335992190191, NULL, 1795335992190191, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 810, 'each/go', 'skipped', 1, '/1/', false, 269, 0, 0, 0, 0, 0, 1795335992190191, NULL, 1795335992190191, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 809, 'each/second', 'complete', 1, '/1/', false, 268, 0, 1, 0, 0, 0, 1795335992190191, 1795335992190191, 1795335992195879, NULL, NULL, '536', NULL, NULL, 272, NULL),
	('looping-1', 811, 'each/second', 'complete', 1, '/1/', false, 269, 0, 1, 0, 0, 0, 1795335992190191, 1795335992190191, 1795335992195879, NULL, NULL, '538', NULL, NULL, 272, NULL),
	('looping-1', 812, 'each/first', 'complete', 1, '/1/', false, 270, 0, 1, 0, 0, 0, 1795335992195879, 1795335992195879, 1795335992201922, NULL, NULL, '540', NULL, NULL, 273, NULL),
	('looping-1', 814, 'each/go', 'skipped', 1, '/1/', false, 270, 0, 0, 0, 0, 0, 1795335992201922, NULL, 1795335992201922, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 664, 'each/go', 'skipped', 1, '/1/', false, 220, 0, 0, 0, 0, 0, 1795335991674680, NULL, 1795335991674680, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 663, 'each/first', 'complete', 1, '/1/', false, 221, 0, 1, 0, 0, 0, 1795335991672419, 1795335991672419, 1795335991674680, NULL, NULL, '442', NULL, NULL, 222, NULL),
	('looping-1', 666, 'each/go', 'skipped', 1, '/1/', false, 221, 0, 0, 0, 0, 0, 1795335991674680, NULL, 1795335991674680, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 665, 'each/second', 'complete', 1, '/1/', false, 220, 0, 1, 0, 0, 0, 1795335991674680, 1795335991674680, 1795335991678463, NULL, NULL, '440', NULL, NULL, 223, NULL),
	('looping-1', 667, 'each/second', 'complete', 1, '/1/', false, 221, 0, 1, 0, 0, 0, 1795335991674680, 1795335991674680, 1795335991678463, NULL, NULL, '442', NULL, NULL, 223, NULL),
	('looping-1', 668, 'each/first', 'complete', 1, '/1/', false, 222, 0, 1, 0, 0, 0, 1795335991678463, 1795335991678463, 1795335991682391, NULL, NULL, '444', NULL, NULL, 224, NULL),
	('looping-1', 670, 'each/go', 'skipped', 1, '/1/', false, 222, 0, 0, 0, 0, 0, 1795335991682391, NULL, 1795335991682391, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 669, 'each/first', 'complete', 1, '/1/', false, 223, 0, 1, 0, 0, 0, 1795335991678463, 1795335991678463, 1795335991682391, NULL, NULL, '446', NULL, NULL, 224, NULL),
	('looping-1', 672, 'each/go', 'skipped', 1, '/1/', false, 223, 0, 0, 0, 0, 0, 1795335991682391, NULL, 1795335991682391, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 671, 'each/second', 'complete', 1, '/1/', false, 222, 0, 1, 0, 0, 0, 1795335991682391, 1795335991682391, 1795335991683960, NULL, NULL, '444', NULL, NULL, 225, NULL),
	('looping-1', 673, 'each/second', 'complete', 1, '/1/', false, 223, 0, 1, 0, 0, 0, 1795335991682391, 1795335991682391, 1795335991683960, NULL, NULL, '446', NULL, NULL, 225, NULL),
	('looping-1', 674, 'each/first', 'complete', 1, '/1/', false, 224, 0, 1, 0, 0, 0, 1795335991683960, 1795335991683960, 1795335991698714, NULL, NULL, '448', NULL, NULL, 226, NULL),
	('looping-1', 676, 'each/go', 'skipped', 1, '/1/', false, 224, 0, 0, 0, 0, 0, 1795335991698714, NULL, 1795335991698714, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 675, 'each/first', 'complete', 1, '/1/', false, 225, 0, 1, 0, 0, 0, 1795335991683960, 1795335991683960, 1795335991698714, NULL, NULL, '450', NULL, NULL, 226, NULL),
	('looping-1', 678, 'each/go', 'skipped', 1, '/1/', false, 225, 0, 0, 0, 0, 0, 1795335991698714, NULL, 1795335991698714, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 677, 'each/second', 'complete', 1, '/1/', false, 224, 0, 1, 0, 0, 0, 1795335991698714, 1795335991698714, 1795335991702973, NULL, NULL, '448', NULL, NULL, 227, NULL),
	('looping-1', 679, 'each/second', 'complete', 1, '/1/', false, 225, 0, 1, 0, 0, 0, 1795335991698714, 1795335991698714, 1795335991702973, NULL, NULL, '450', NULL, NULL, 227, NULL),
	('looping-1', 680, 'each/first', 'complete', 1, '/1/', false, 226, 0, 1, 0, 0, 0, 1795335991702973, 1795335991702973, 1795335991704411, NULL, NULL, '452', NULL, NULL, 228, NULL),
	('looping-1', 682, 'each/go', 'skipped', 1, '/1/', false, 226, 0, 0, 0, 0, 0, 1795335991704411, NULL, 1795335991704411, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 681, 'each/first', 'complete', 1, '/1/', false, 227, 0, 1, 0, 0, 0, 1795335991702973, 1795335991702973, 1795335991704411, NULL, NULL, '454', NULL, NULL, 228, NULL),
	('looping-1', 684, 'each/go', 'skipped', 1, '/1/', false, 227, 0, 0, 0, 0, 0, 1795335991704411, NULL, 1795335991704411, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 683, 'each/second', 'complete', 1, '/1/', false, 226, 0, 1, 0, 0, 0, 1795335991704411, 1795335991704411, 1795335991718409, NULL, NULL, '452', NULL, NULL, 229, NULL),
	('looping-1', 685, 'each/second', 'complete', 1, '/1/', false, 227, 0, 1, 0, 0, 0, 1795335991704411, 1795335991704411, 1795335991718409, NULL, NULL, '454', NULL, NULL, 229, NULL),
	('looping-1', 686, 'each/first', 'complete', 1, '/1/', false, 228, 0, 1, 0, 0, 0, 1795335991718409, 1795335991718409, 1795335991734432, NULL, NULL, '456', NULL, NULL, 230, NULL),
	('looping-1', 688, 'each/go', 'skipped', 1, '/1/', false, 228, 0, 0, 0, 0, 0, 1795335991734432, NULL, 1795335991734432, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 687, 'each/first', 'complete', 1, '/1/', false, 229, 0, 1, 0, 0, 0, 1795335991718409, 1795335991718409, 1795335991734432, NULL, NULL, '458', NULL, NULL, 230, NULL),
	('looping-1', 690, 'each/go', 'skipped', 1, '/1/', false, 229, 0, 0, 0, 0, 0, 1795335991734432, NULL, 1795335991734432, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 689, 'each/second', 'complete', 1, '/1/', false, 228, 0, 1, 0, 0, 0, 1795335991734432, 1795335991734432, 1795335991746534, NULL, NULL, '456', NULL, NULL, 231, NULL),
	('looping-1', 691, 'each/second', 'complete', 1, '/1/', false, 229, 0, 1, 0, 0, 0, 1795335991734432, 1795335991734432, 1795335991746534, NULL, NULL, '458', NULL, NULL, 231, NULL),
	('looping-1', 692, 'each/first', 'complete', 1, '/1/', false, 230, 0, 1, 0, 0, 0, 1795335991746534, 1795335991746534, 1795335991754594, NULL, NULL, '460', NULL, NULL, 232, NULL),
	('looping-1', 694, 'each/go', 'skipped', 1, '/1/', false, 230, 0, 0, 0, 0, 0, 1795335991754594, NULL, 1795335991754594, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 693, 'each/first', 'complete', 1, '/1/', false, 231, 0, 1, 0, 0, 0, 1795335991746534, 1795335991746534, 1795335991754594, NULL, NULL, '462', NULL, NULL, 232, NULL),
	('looping-1', 696, 'each/go', 'skipped', 1, '/1/', false, 231, 0, 0, 0, 0, 0, 1795335991754594, NULL, 1795335991754594, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 695, 'each/second', 'complete', 1, '/1/', false, 230, 0, 1, 0, 0, 0, 1795335991754594, 1795335991754594, 1795335991761813, NULL, NULL, '460', NULL, NULL, 233, NULL),
	('looping-1', 697, 'each/second', 'complete', 1, '/1/', false, 231, 0, 1, 0, 0, 0, 1795335991754594, 1795335991754594, 1795335991761813, NULL, NULL, '462', NULL, NULL, 233, NULL),
	('looping-1', 698, 'each/first', 'complete', 1, '/1/', false, 232, 0, 1, 0, 0, 0, 1795335991761813, 1795335991761813, 1795335991768666, NULL, NULL, '464', NULL, NULL, 234, NULL),
	('looping-1', 700, 'each/go', 'skipped', 1, '/1/', false, 232, 0, 0, 0, 0, 0, 1795335991768666, NULL, 1795335991768666, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 699, 'each/first', 'complete', 1, '/1/', false, 233, 0, 1, 0, 0, 0, 1795335991761813, 1795335991761813, 1795335991768666, NULL, NULL, '466', NULL, NULL, 234, NULL),
	('looping-1', 702, 'each/go', 'skipped', 1, '/1/', false, 233, 0, 0, 0, 0, 0, 1795335991768666, NULL, 1795335991768666, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 701, 'each/second', 'complete', 1, '/1/', false, 232, 0, 1, 0, 0, 0, 1795335991768666, 1795335991768666, 1795335991771631, NULL, NULL, '464', NULL, NULL, 235, NULL),
	('looping-1', 703, 'each/second', 'complete', 1, '/1/', false, 233, 0, 1, 0, 0, 0, 1795335991768666, 1795335991768666, 1795335991771631, NULL, NULL, '466', NULL, NULL, 235, NULL),
	('looping-1', 704, 'each/first', 'complete', 1, '/1/', false, 234, 0, 1, 0, 0, 0, 1795335991771631, 1795335991771631, 1795335991777745, NULL, NULL, '468', NULL, NULL, 236, NULL),
	('looping-1', 706, 'each/go', 'skipped', 1, '/1/', false, 234, 0, 0, 0, 0, 0, 1795335991777745, NULL, 1795335991777745, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 705, 'each/first', 'complete', 1, '/1/', false, 235, 0, 1, 0, 0, 0, 1795335991771631, 1795335991771631, 1795335991777745, NULL, NULL, '470', NULL, NULL, 236, NULL),
	('looping-1', 708, 'each/go', 'skipped', 1, '/1/', false, 235, 0, 0, 0, 0, 0, 1795335991777745, NULL, 1795335991777745, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 707, 'each/second', 'complete', 1, '/1/', false, 234, 0, 1, 0, 0, 0, 1795335991777745, 1795335991777745, 1795335991786473, NULL, NULL, '468', NULL, NULL, 237, NULL),
	('looping-1', 709, 'each/second', 'complete', 1, '/1/', false, 235, 0, 1, 0, 0, 0, 1795335991777745, 1795335991777745, 1795335991786473, NULL, NULL, '470', NULL, NULL, 237, NULL),
	('looping-1', 710, 'each/first', 'complete', 1, '/1/', false, 236, 0, 1, 0, 0, 0, 1795335991786473, 1795335991786473, 1795335991797320, NULL, NULL, '472', NULL, NULL, 238, NULL),
	('looping-1', 712, 'each/go', 'skipped', 1, '/1/', false, 236, 0, 0, 0, 0, 0, 1795335991797320, NULL, 1795335991797320, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 711, 'each/first', 'complete', 1, '/1/', false, 237, 0, 1, 0, 0, 0, 1795335991786473, 1795335991786473, 1795335991797320, NULL, NULL, '474', NULL, NULL, 238, NULL),
	('looping-1', 714, 'each/go', 'skipped', 1, '/1/', false, 237, 0, 0, 0, 0, 0, 1795335991797320, NULL, 1795335991797320, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 713, 'each/second', 'complete', 1, '/1/', false, 236, 0, 1, 0, 0, 0, 1795335991797320, 1795335991797320, 1795335991810337, NULL, NULL, '472', NULL, NULL, 239, NULL),
	('looping-1', 715, 'each/second', 'complete', 1, '/1/', false, 237, 0, 1, 0, 0, 0, 1795335991797320, 1795335991797320, 1795335991810337, NULL, NULL, '474', NULL, NULL, 239, NULL),
	('looping-1', 722, 'each/first', 'complete', 1, '/1/', false, 240, 0, 1, 0, 0, 0, 1795335991850357, 1795335991850357, 1795335991861394, NULL, NULL, '480', NULL, NULL, 242, NULL),
	('looping-1', 724, 'each/go', 'skipped', 1, '/1/', false, 240, 0, 0, 0, 0, 0, 1795335991861394, NULL, 1795335991861394, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 723, 'each/first', 'complete', 1, '/1/', false, 241, 0, 1, 0, 0, 0, 1795335991850357, 1795335991850357, 1795335991861394, NULL, NULL, '482', NULL, NULL, 242, NULL),
	('looping-1', 726, 'each/go', 'skipped', 1, '/1/', false, 241, 0, 0, 0, 0, 0, 1795335991861394, NULL, 1795335991861394, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 725, 'each/second', 'complete', 1, '/1/', false, 240, 0, 1, 0, 0, 0, 1795335991861394, 1795335991861394, 1795335991871998, NULL, NULL, '480', NULL, NULL, 243, NULL),
	('looping-1', 727, 'each/second', 'complete', 1, '/1/', false, 241, 0, 1, 0, 0, 0, 1795335991861394, 1795335991861394, 1795335991871998, NULL, NULL, '482', NULL, NULL, 243, NULL),
	('looping-1', 728, 'each/first', 'complete', 1, '/1/', false, 242, 0, 1, 0, 0, 0, 1795335991871998, 1795335991871998, 1795335991883428, NULL, NULL, '484', NULL, NULL, 244, NULL),
	('looping-1', 730, 'each/go', 'skipped', 1, '/1/', false, 242, 0, 0, 0, 0, 0, 1795335991883428, NULL, 1795335991883428, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 729, 'each/first', 'complete', 1, '/1/', false, 243, 0, 1, 0, 0, 0, 1795335991871998, 1795335991871998, 1795335991883428, NULL, NULL, '486', NULL, NULL, 244, NULL),
	('looping-1', 732, 'each/go', 'skipped', 1, '/1/', false, 243, 0, 0, 0, 0, 0, 1795335991883428, NULL, 1795335991883428, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 731, 'each/second', 'complete', 1, '/1/', false, 242, 0, 1, 0, 0, 0, 1795335991883428, 1795335991883428, 1795335991887907, NULL, NULL, '484', NULL, NULL, 245, NULL),
	('looping-1', 733, 'each/second', 'complete', 1, '/1/', false, 243, 0, 1, 0, 0, 0, 1795335991883428, 1795335991883428, 1795335991887907, NULL, NULL, '486', NULL, NULL, 245, NULL),
	('looping-1', 734, 'each/first', 'complete', 1, '/1/', false, 244, 0, 1, 0, 0, 0, 1795335991887907, 1795335991887907, 1795335991894916, NULL, NULL, '488', NULL, NULL, 246, NULL),
	('looping-1', 736, 'each/go', 'skipped', 1, '/1/', false, 244, 0, 0, 0, 0, 0, 1795335991894916, NULL, 1795335991894916, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 735, 'each/first', 'complete', 1, '/1/', false, 245, 0, 1, 0, 0, 0, 1795335991887907, 1795335991887907, 1795335991894916, NULL, NULL, '490', NULL, NULL, 246, NULL),
	('looping-1', 738, 'each/go', 'skipped', 1, '/1/', false, 245, 0, 0, 0, 0, 0, 1795335991894916, NULL, 1795335991894916, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 737, 'each/second', 'complete', 1, '/1/', false, 244, 0, 1, 0, 0, 0, 1795335991894916, 1795335991894916, 1795335991897401, NULL, NULL, '488', NULL, NULL, 247, NULL),
	('looping-1', 739, 'each/second', 'complete', 1, '/1/', false, 245, 0, 1, 0, 0, 0, 1795335991894916, 1795335991894916, 1795335991897401, NULL, NULL, '490', NULL, NULL, 247, NULL),
	('looping-1', 740, 'each/first', 'complete', 1, '/1/', false, 246, 0, 1, 0, 0, 0, 1795335991897401, 1795335991897401, 1795335991911700, NULL, NULL, '492', NULL, NULL, 248, NULL),
	('looping-1', 742, 'each/go', 'skipped', 1, '/1/', false, 246, 0, 0, 0, 0, 0, 1795335991911700, NULL, 1795335991911700, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 741, 'each/first', 'complete', 1, '/1/', false, 247, 0, 1, 0, 0, 0, 1795335991897401, 1795335991897401, 1795335991911700, NULL, NULL, '494', NULL, NULL, 248, NULL),
	('looping-1', 744, 'each/go', 'skipped', 1, '/1/', false, 247, 0, 0, 0, 0, 0, 1795335991911700, NULL, 1795335991911700, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 743, 'each/second', 'complete', 1, '/1/', false, 246, 0, 1, 0, 0, 0, 1795335991911700, 1795335991911700, 1795335991920999, NULL, NULL, '492', NULL, NULL, 249, NULL),
	('looping-1', 745, 'each/second', 'complete', 1, '/1/', false, 247, 0, 1, 0, 0, 0, 1795335991911700, 1795335991911700, 1795335991920999, NULL, NULL, '494', NULL, NULL, 249, NULL),
	('looping-1', 746, 'each/first', 'complete', 1, '/1/', false, 248, 0, 1, 0, 0, 0, 1795335991920999, 1795335991920999, 1795335991928839, NULL, NULL, '496', NULL, NULL, 250, NULL),
	('looping-1', 748, 'each/go', 'skipped', 1, '/1/', false, 248, 0, 0, 0, 0, 0, 1795335991928839, NULL, 1795335991928839, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 747, 'each/first', 'complete', 1, '/1/', false, 249, 0, 1, 0, 0, 0, 1795335991920999, 1795335991920999, 1795335991928839, NULL, NULL, '498', NULL, NULL, 250, NULL),
	('looping-1', 750, 'each/go', 'skipped', 1, '/1/', false, 249, 0, 0, 0, 0, 0, 1795335991928839, NULL, 1795335991928839, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 749, 'each/second', 'complete', 1, '/1/', false, 248, 0, 1, 0, 0, 0, 1795335991928839, 1795335991928839, 1795335991935901, NULL, NULL, '496', NULL, NULL, 251, NULL),
	('looping-1', 751, 'each/second', 'complete', 1, '/1/', false, 249, 0, 1, 0, 0, 0, 1795335991928839, 1795335991928839, 1795335991935901, NULL, NULL, '498', NULL, NULL, 251, NULL),
	('looping-1', 752, 'each/first', 'complete', 1, '/1/', false, 250, 0, 1, 0, 0, 0, 1795335991935901, 1795335991935901, 1795335991946853, NULL, NULL, '500', NULL, NULL, 252, NULL),
	('looping-1', 760, 'each/go', 'skipped', 1, '/1/', false, 252, 0, 0, 0, 0, 0, 1795335991983684, NULL, 1795335991983684, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 762, 'each/go', 'skipped', 1, '/1/', false, 253, 0, 0, 0, 0, 0, 1795335991983684, NULL, 1795335991983684, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 761, 'each/second', 'complete', 1, '/1/', false, 252, 0, 1, 0, 0, 0, 1795335991983684, 1795335991983684, 1795335991986642, NULL, NULL, '504', NULL, NULL, 255, NULL),
	('looping-1', 763, 'each/second', 'complete', 1, '/1/', false, 253, 0, 1, 0, 0, 0, 1795335991983684, 1795335991983684, 1795335991986642, NULL, NULL, '506', NULL, NULL, 255, NULL),
	('looping-1', 764, 'each/first', 'complete', 1, '/1/', false, 254, 0, 1, 0, 0, 0, 1795335991986642, 1795335991986642, 1795335991998209, NULL, NULL, '508', NULL, NULL, 256, NULL),
	('looping-1', 766, 'each/go', 'skipped', 1, '/1/', false, 254, 0, 0, 0, 0, 0, 1795335991998209, NULL, 1795335991998209, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 765, 'each/first', 'complete', 1, '/1/', false, 255, 0, 1, 0, 0, 0, 1795335991986642, 1795335991986642, 1795335991998209, NULL, NULL, '510', NULL, NULL, 256, NULL),
	('looping-1', 768, 'each/go', 'skipped', 1, '/1/', false, 255, 0, 0, 0, 0, 0, 1795335991998209, NULL, 1795335991998209, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 767, 'each/second', 'complete', 1, '/1/', false, 254, 0, 1, 0, 0, 0, 1795335991998209, 1795335991998209, 1795335992002051, NULL, NULL, '508', NULL, NULL, 257, NULL),
	('looping-1', 769, 'each/second', 'complete', 1, '/1/', false, 255, 0, 1, 0, 0, 0, 1795335991998209, 1795335991998209, 1795335992002051, NULL, NULL, '510', NULL, NULL, 257, NULL),
	('looping-1', 790, 'each/go', 'skipped', 1, '/1/', false, 262, 0, 0, 0, 0, 0, 1795335992152368, NULL, 1795335992152368, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 792, 'each/go', 'skipped', 1, '/1/', false, 263, 0, 0, 0, 0, 0, 1795335992152368, NULL, 1795335992152368, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 791, 'each/second', 'complete', 1, '/1/', false, 262, 0, 1, 0, 0, 0, 1795335992152368, 1795335992152368, 1795335992162586, NULL, NULL, '524', NULL, NULL, 266, NULL),
	('looping-1', 793, 'each/second', 'complete', 1, '/1/', false, 263, 0, 1, 0, 0, 0, 1795335992152368, 1795335992152368, 1795335992162586, NULL, NULL, '526', NULL, NULL, 266, NULL),
	('looping-1', 794, 'each/first', 'complete', 1, '/1/', false, 264, 0, 1, 0, 0, 0, 1795335992162586, 1795335992162586, 1795335992167937, NULL, NULL, '528', NULL, NULL, 267, NULL),
	('looping-1', 796, 'each/go', 'skipped', 1, '/1/', false, 264, 0, 0, 0, 0, 0, 1795335992167937, NULL, 1795335992167937, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 795, 'each/first', 'complete', 1, '/1/', false, 265, 0, 1, 0, 0, 0, 1795335992162586, 1795335992162586, 1795335992167937, NULL, NULL, '530', NULL, NULL, 267, NULL),
	('looping-1', 798, 'each/go', 'skipped', 1, '/1/', false, 265, 0, 0, 0, 0, 0, 1795335992167937, NULL, 1795335992167937, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 797, 'each/second', 'complete', 1, '/1/', false, 264, 0, 1, 0, 0, 0, 1795335992167937, 1795335992167937, 1795335992169892, NULL, NULL, '528', NULL, NULL, 268, NULL),
	('looping-1', 799, 'each/second', 'complete', 1, '/1/', false, 265, 0, 1, 0, 0, 0, 1795335992167937, 1795335992167937, 1795335992169892, NULL, NULL, '530', NULL, NULL, 268, NULL),
	('looping-1', 800, 'each/first', 'complete', 1, '/1/', false, 266, 0, 1, 0, 0, 0, 1795335992169892, 1795335992169892, 1795335992178299, NULL, NULL, '532', NULL, NULL, 269, NULL),
	('looping-1', 802, 'each/go', 'skipped', 1, '/1/', false, 266, 0, 0, 0, 0, 0, 1795335992178299, NULL, 1795335992178299, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 801, 'each/first', 'complete', 1, '/1/', false, 267, 0, 1, 0, 0, 0, 1795335992169892, 1795335992169892, 1795335992178299, NULL, NULL, '534', NULL, NULL, 269, NULL),
	('looping-1', 804, 'each/go', 'skipped', 1, '/1/', false, 267, 0, 0, 0, 0, 0, 1795335992178299, NULL, 1795335992178299, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 803, 'each/second', 'complete', 1, '/1/', false, 266, 0, 1, 0, 0, 0, 1795335992178299, 1795335992178299, 1795335992182366, NULL, NULL, '532', NULL, NULL, 270, NULL),
	('looping-1', 805, 'each/second', 'complete', 1, '/1/', false, 267, 0, 1, 0, 0, 0, 1795335992178299, 1795335992178299, 1795335992182366, NULL, NULL, '534', NULL, NULL, 270, NULL),
	('looping-1', 806, 'each/first', 'complete', 1, '/1/', false, 268, 0, 1, 0, 0, 0, 1795335992182366, 1795335992182366, 1795335992190191, NULL, NULL, '536', NULL, NULL, 271, NULL),
	('looping-1', 807, 'each/first', 'complete', 1, '/1/', false, 269, 0, 1, 0, 0, 0, 1795335992182366, 1795335992182366, 1795335992190191, NULL, NULL, '538', NULL, NULL, 271, NULL),
	('looping-1', 818, 'each/first', 'complete', 1, '/1/', false, 272, 0, 1, 0, 0, 0, 1795335992221894, 1795335992221894, 1795335992235892, NULL, NULL, '544', NULL, NULL, 275, NULL),
	('looping-1', 820, 'each/go', 'skipped', 1, '/1/', false, 272, 0, 0, 0, 0, 0, 1795335992235892, NULL, 1795335992235892, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 819, 'each/first', 'complete', 1, '/1/', false, 273, 0, 1, 0, 0, 0, 1795335992221894, 1795335992221894, 1795335992235892, NULL, NULL, '546', NULL, NULL, 275, NULL),
	('looping-1', 822, 'each/go', 'skipped', 1, '/1/', false, 273, 0, 0, 0, 0, 0, 1795335992235892, NULL, 1795335992235892, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 821, 'each/second', 'complete', 1, '/1/', false, 272, 0, 1, 0, 0, 0, 1795335992235892, 1795335992235892, 1795335992240043, NULL, NULL, '544', NULL, NULL, 276, NULL),
	('looping-1', 823, 'each/second', 'complete', 1, '/1/', false, 273, 0, 1, 0, 0, 0, 1795335992235892, 1795335992235892, 1795335992240043, NULL, NULL, '546', NULL, NULL, 276, NULL),
	('looping-1', 824, 'each/first', 'complete', 1, '/1/', false, 274, 0, 1, 0, 0, 0, 1795335992240043, 1795335992240043, 1795335992243789, NULL, NULL, '548', NULL, NULL, 277, NULL),
	('looping-1', 826, 'each/go', 'skipped', 1, '/1/', false, 274, 0, 0, 0, 0, 0, 1795335992243789, NULL, 1795335992243789, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 825, 'each/first', 'complete', 1, '/1/', false, 275, 0, 1, 0, 0, 0, 1795335992240043, 1795335992240043, 1795335992243789, NULL, NULL, '550', NULL, NULL, 277, NULL),
	('looping-1', 828, 'each/go', 'skipped', 1, '/1/', false, 275, 0, 0, 0, 0, 0, 1795335992243789, NULL, 1795335992243789, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 827, 'each/second', 'complete', 1, '/1/', false, 274, 0, 1, 0, 0, 0, 1795335992243789, 1795335992243789, 1795335992258530, NULL, NULL, '548', NULL, NULL, 278, NULL),
	('looping-1', 829, 'each/second', 'complete', 1, '/1/', false, 275, 0, 1, 0, 0, 0, 1795335992243789, 1795335992243789, 1795335992258530, NULL, NULL, '550', NULL, NULL, 278, NULL),
	('looping-1', 830, 'each/first', 'complete', 1, '/1/', false, 276, 0, 1, 0, 0, 0, 1795335992258530, 1795335992258530, 1795335992261820, NULL, NULL, '552', NULL, NULL, 279, NULL),
	('looping-1', 832, 'each/go', 'skipped', 1, '/1/', false, 276, 0, 0, 0, 0, 0, 1795335992261820, NULL, 1795335992261820, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 833, 'each/second', 'complete', 1, '/1/', false, 276, 0, 1, 0, 0, 0, 1795335992261820, 1795335992261820, 1795335992271028, NULL, NULL, '552', NULL, NULL, 280, NULL),
	('looping-1', 813, 'each/first', 'complete', 1, '/1/', false, 271, 0, 1, 0, 0, 0, 1795335992195879, 1795335992195879, 1795335992201922, NULL, NULL, '542', NULL, NULL, 273, NULL),
	('looping-1', 816, 'each/go', 'skipped', 1, '/1/', false, 271, 0, 0, 0, 0, 0, 1795335992201922, NULL, 1795335992201922, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 815, 'each/second', 'complete', 1, '/1/', false, 270, 0, 1, 0, 0, 0, 1795335992201922, 1795335992201922, 1795335992221894, NULL, NULL, '540', NULL, NULL, 274, NULL),
	('looping-1', 817, 'each/second', 'complete', 1, '/1/', false, 271, 0, 1, 0, 0, 0, 1795335992201922, 1795335992201922, 1795335992221894, NULL, NULL, '542', NULL, NULL, 274, NULL),
	('looping-1', 836, 'each/first', 'complete', 1, '/1/', false, 278, 0, 1, 0, 0, 0, 1795335992271028, 1795335992271028, 1795335992292426, NULL, NULL, '556', NULL, NULL, 281, NULL),
	('looping-1', 838, 'each/go', 'skipped', 1, '/1/', false, 278, 0, 0, 0, 0, 0, 1795335992292426, NULL, 1795335992292426, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 837, 'each/first', 'complete', 1, '/1/', false, 279, 0, 1, 0, 0, 0, 1795335992271028, 1795335992271028, 1795335992292426, NULL, NULL, '558', NULL, NULL, 281, NULL),
	('looping-1', 840, 'each/go', 'skipped', 1, '/1/', false, 279, 0, 0, 0, 0, 0, 1795335992292426, NULL, 1795335992292426, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 839, 'each/second', 'complete', 1, '/1/', false, 278, 0, 1, 0, 0, 0, 1795335992292426, 1795335992292426, 1795335992298971, NULL, NULL, '556', NULL, NULL, 282, NULL),
	('looping-1', 841, 'each/second', 'complete', 1, '/1/', false, 279, 0, 1, 0, 0, 0, 1795335992292426, 1795335992292426, 1795335992298971, NULL, NULL, '558', NULL, NULL, 282, NULL),
	('looping-1', 850, 'each/go', 'skipped', 1, '/1/', false, 282, 0, 0, 0, 0, 0, 1795335992312207, NULL, 1795335992312207, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 852, 'each/go', 'skipped', 1, '/1/', false, 283, 0, 0, 0, 0, 0, 1795335992312207, NULL, 1795335992312207, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 851, 'each/second', 'complete', 1, '/1/', false, 282, 0, 1, 0, 0, 0, 1795335992312207, 1795335992312207, 1795335992337999, NULL, NULL, '564', NULL, NULL, 286, NULL),
	('looping-1', 853, 'each/second', 'complete', 1, '/1/', false, 283, 0, 1, 0, 0, 0, 1795335992312207, 1795335992312207, 1795335992337999, NULL, NULL, '566', NULL, NULL, 286, NULL),
	('looping-1', 854, 'each/first', 'complete', 1, '/1/', false, 284, 0, 1, 0, 0, 0, 1795335992337999, 1795335992337999, 1795335992344015, NULL, NULL, '568', NULL, NULL, 287, NULL),
	('looping-1', 856, 'each/go', 'skipped', 1, '/1/', false, 284, 0, 0, 0, 0, 0, 1795335992344015, NULL, 1795335992344015, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 855, 'each/first', 'complete', 1, '/1/', false, 285, 0, 1, 0, 0, 0, 1795335992337999, 1795335992337999, 1795335992344015, NULL, NULL, '570', NULL, NULL, 287, NULL),
	('looping-1', 858, 'each/go', 'skipped', 1, '/1/', false, 285, 0, 0, 0, 0, 0, 1795335992344015, NULL, 1795335992344015, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 857, 'each/second', 'complete', 1, '/1/', false, 284, 0, 1, 0, 0, 0, 1795335992344015, 1795335992344015, 1795335992348068, NULL, NULL, '568', NULL, NULL, 288, NULL),
	('looping-1', 859, 'each/second', 'complete', 1, '/1/', false, 285, 0, 1, 0, 0, 0, 1795335992344015, 1795335992344015, 1795335992348068, NULL, NULL, '570', NULL, NULL, 288, NULL),
	('looping-1', 862, 'each/go', 'skipped', 1, '/1/', false, 286, 0, 0, 0, 0, 0, 1795335992351943, NULL, 1795335992351943, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 864, 'each/go', 'skipped', 1, '/1/', false, 287, 0, 0, 0, 0, 0, 1795335992351943, NULL, 1795335992351943, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 863, 'each/second', 'complete', 1, '/1/', false, 286, 0, 1, 0, 0, 0, 1795335992351943, 1795335992351943, 1795335992368009, NULL, NULL, '572', NULL, NULL, 290, NULL),
	('looping-1', 865, 'each/second', 'complete', 1, '/1/', false, 287, 0, 1, 0, 0, 0, 1795335992351943, 1795335992351943, 1795335992368009, NULL, NULL, '574', NULL, NULL, 290, NULL),
	('looping-1', 868, 'each/go', 'skipped', 1, '/1/', false, 288, 0, 0, 0, 0, 0, 1795335992375464, NULL, 1795335992375464, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 870, 'each/go', 'skipped', 1, '/1/', false, 289, 0, 0, 0, 0, 0, 1795335992375464, NULL, 1795335992375464, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 869, 'each/second', 'complete', 1, '/1/', false, 288, 0, 1, 0, 0, 0, 1795335992375464, 1795335992375464, 1795335992383640, NULL, NULL, '576', NULL, NULL, 292, NULL),
	('looping-1', 871, 'each/second', 'complete', 1, '/1/', false, 289, 0, 1, 0, 0, 0, 1795335992375464, 1795335992375464, 1795335992383640, NULL, NULL, '578', NULL, NULL, 292, NULL),
	('looping-1', 872, 'each/first', 'complete', 1, '/1/', false, 290, 0, 1, 0, 0, 0, 1795335992383640, 1795335992383640, 1795335992391244, NULL, NULL, '580', NULL, NULL, 293, NULL),
	('looping-1', 873, 'each/first', 'complete', 1, '/1/', false, 291, 0, 1, 0, 0, 0, 1795335992383640, 1795335992383640, 1795335992391244, NULL, NULL, '582', NULL, NULL, 293, NULL),
	('looping-1', 890, 'each/first', 'complete', 1, '/1/', false, 296, 0, 1, 0, 0, 0, 1795335992404392, 1795335992404392, 1795335992420142, NULL, NULL, '592', NULL, NULL, 299, NULL),
	('looping-1', 892, 'each/go', 'skipped', 1, '/1/', false, 296, 0, 0, 0, 0, 0, 1795335992420142, NULL, 1795335992420142, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 891, 'each/first', 'complete', 1, '/1/', false, 297, 0, 1, 0, 0, 0, 1795335992404392, 1795335992404392, 1795335992420142, NULL, NULL, '594', NULL, NULL, 299, NULL),
	('looping-1', 894, 'each/go', 'skipped', 1, '/1/', false, 297, 0, 0, 0, 0, 0, 1795335992420142, NULL, 1795335992420142, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 893, 'each/second', 'complete', 1, '/1/', false, 296, 0, 1, 0, 0, 0, 1795335992420142, 1795335992420142, 1795335992423887, NULL, NULL, '592', NULL, NULL, 300, NULL),
	('looping-1', 895, 'each/second', 'complete', 1, '/1/', false, 297, 0, 1, 0, 0, 0, 1795335992420142, 1795335992420142, 1795335992423887, NULL, NULL, '594', NULL, NULL, 300, NULL),
	('looping-1', 831, 'each/first', 'complete', 1, '/1/', false, 277, 0, 1, 0, 0, 0, 1795335992258530, 1795335992258530, 1795335992261820, NULL, NULL, '554', NULL, NULL, 279, NULL),
	('looping-1', 834, 'each/go', 'skipped', 1, '/1/', false, 277, 0, 0, 0, 0, 0, 1795335992261820, NULL, 1795335992261820, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 835, 'each/second', 'complete', 1, '/1/', false, 277, 0, 1, 0, 0, 0, 1795335992261820, 1795335992261820, 1795335992271028, NULL, NULL, '554', NULL, NULL, 280, NULL),
	('looping-1', 842, 'each/first', 'complete', 1, '/1/', false, 280, 0, 1, 0, 0, 0, 1795335992298971, 1795335992298971, 1795335992303044, NULL, NULL, '560', NULL, NULL, 283, NULL),
	('looping-1', 844, 'each/go', 'skipped', 1, '/1/', false, 280, 0, 0, 0, 0, 0, 1795335992303044, NULL, 1795335992303044, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 843, 'each/first', 'complete', 1, '/1/', false, 281, 0, 1, 0, 0, 0, 1795335992298971, 1795335992298971, 1795335992303044, NULL, NULL, '562', NULL, NULL, 283, NULL),
	('looping-1', 846, 'each/go', 'skipped', 1, '/1/', false, 281, 0, 0, 0, 0, 0, 1795335992303044, NULL, 1795335992303044, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 845, 'each/second', 'complete', 1, '/1/', false, 280, 0, 1, 0, 0, 0, 1795335992303044, 1795335992303044, 1795335992307869, NULL, NULL, '560', NULL, NULL, 284, NULL),
	('looping-1', 847, 'each/second', 'complete', 1, '/1/', false, 281, 0, 1, 0, 0, 0, 1795335992303044, 1795335992303044, 1795335992307869, NULL, NULL, '562', NULL, NULL, 284, NULL),
	('looping-1', 848, 'each/first', 'complete', 1, '/1/', false, 282, 0, 1, 0, 0, 0, 1795335992307869, 1795335992307869, 1795335992312207, NULL, NULL, '564', NULL, NULL, 285, NULL),
	('looping-1', 849, 'each/first', 'complete', 1, '/1/', false, 283, 0, 1, 0, 0, 0, 1795335992307869, 1795335992307869, 1795335992312207, NULL, NULL, '566', NULL, NULL, 285, NULL),
	('looping-1', 860, 'each/first', 'complete', 1, '/1/', false, 286, 0, 1, 0, 0, 0, 1795335992348068, 1795335992348068, 1795335992351943, NULL, NULL, '572', NULL, NULL, 289, NULL),
	('looping-1', 861, 'each/first', 'complete', 1, '/1/', false, 287, 0, 1, 0, 0, 0, 1795335992348068, 1795335992348068, 1795335992351943, NULL, NULL, '574', NULL, NULL, 289, NULL),
	('looping-1', 866, 'each/first', 'complete', 1, '/1/', false, 288, 0, 1, 0, 0, 0, 1795335992368009, 1795335992368009, 1795335992375464, NULL, NULL, '576', NULL, NULL, 291, NULL),
	('looping-1', 867, 'each/first', 'complete', 1, '/1/', false, 289, 0, 1, 0, 0, 0, 1795335992368009, 1795335992368009, 1795335992375464, NULL, NULL, '578', NULL, NULL, 291, NULL),
	('looping-1', 874, 'each/go', 'skipped', 1, '/1/', false, 290, 0, 0, 0, 0, 0, 1795335992391244, NULL, 1795335992391244, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 876, 'each/go', 'skipped', 1, '/1/', false, 291, 0, 0, 0, 0, 0, 1795335992391244, NULL, 1795335992391244, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 875, 'each/second', 'complete', 1, '/1/', false, 290, 0, 1, 0, 0, 0, 1795335992391244, 1795335992391244, 1795335992394574, NULL, NULL, '580', NULL, NULL, 294, NULL),
	('looping-1', 877, 'each/second', 'complete', 1, '/1/', false, 291, 0, 1, 0, 0, 0, 1795335992391244, 1795335992391244, 1795335992394574, NULL, NULL, '582', NULL, NULL, 294, NULL),
	('looping-1', 878, 'each/first', 'complete', 1, '/1/', false, 292, 0, 1, 0, 0, 0, 1795335992394574, 1795335992394574, 1795335992399962, NULL, NULL, '584', NULL, NULL, 295, NULL),
	('looping-1', 880, 'each/go', 'skipped', 1, '/1/', false, 292, 0, 0, 0, 0, 0, 1795335992399962, NULL, 1795335992399962, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 879, 'each/first', 'complete', 1, '/1/', false, 293, 0, 1, 0, 0, 0, 1795335992394574, 1795335992394574, 1795335992399962, NULL, NULL, '586', NULL, NULL, 295, NULL),
	('looping-1', 882, 'each/go', 'skipped', 1, '/1/', false, 293, 0, 0, 0, 0, 0, 1795335992399962, NULL, 1795335992399962, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 881, 'each/second', 'complete', 1, '/1/', false, 292, 0, 1, 0, 0, 0, 1795335992399962, 1795335992399962, 1795335992401634, NULL, NULL, '584', NULL, NULL, 296, NULL),
	('looping-1', 883, 'each/second', 'complete', 1, '/1/', false, 293, 0, 1, 0, 0, 0, 1795335992399962, 1795335992399962, 1795335992401634, NULL, NULL, '586', NULL, NULL, 296, NULL),
	('looping-1', 884, 'each/first', 'complete', 1, '/1/', false, 294, 0, 1, 0, 0, 0, 1795335992401634, 1795335992401634, 1795335992403038, NULL, NULL, '588', NULL, NULL, 297, NULL),
	('looping-1', 886, 'each/go', 'skipped', 1, '/1/', false, 294, 0, 0, 0, 0, 0, 1795335992403038, NULL, 1795335992403038, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 885, 'each/first', 'complete', 1, '/1/', false, 295, 0, 1, 0, 0, 0, 1795335992401634, 1795335992401634, 1795335992403038, NULL, NULL, '590', NULL, NULL, 297, NULL),
	('looping-1', 888, 'each/go', 'skipped', 1, '/1/', false, 295, 0, 0, 0, 0, 0, 1795335992403038, NULL, 1795335992403038, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 887, 'each/second', 'complete', 1, '/1/', false, 294, 0, 1, 0, 0, 0, 1795335992403038, 1795335992403038, 1795335992404392, NULL, NULL, '588', NULL, NULL, 298, NULL),
	('looping-1', 889, 'each/second', 'complete', 1, '/1/', false, 295, 0, 1, 0, 0, 0, 1795335992403038, 1795335992403038, 1795335992404392, NULL, NULL, '590', NULL, NULL, 298, NULL),
	('looping-1', 896, 'each/first', 'complete', 1, '/1/', false, 298, 0, 1, 0, 0, 0, 1795335992423887, 1795335992423887, 1795335992430636, NULL, NULL, '596', NULL, NULL, 301, NULL),
	('looping-1', 898, 'each/go', 'skipped', 1, '/1/', false, 298, 0, 0, 0, 0, 0, 1795335992430636, NULL, 1795335992430636, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 897, 'each/first', 'complete', 1, '/1/', false, 299, 0, 1, 0, 0, 0, 1795335992423887, 1795335992423887, 1795335992430636, NULL, NULL, '598', NULL, NULL, 301, NULL),
	('looping-1', 900, 'each/go', 'skipped', 1, '/1/', false, 299, 0, 0, 0, 0, 0, 1795335992430636, NULL, 1795335992430636, NULL, NULL, NULL, NULL, NULL, 0, NULL),
	('looping-1', 899, 'each/second', 'complete', 1, '/1/', false, 298, 0, 1, 0, 0, 0, 1795335992430636, 1795335992430636, 1795335992432415, NULL, NULL, '596', NULL, NULL, 302, NULL),
	('looping-1', 901, 'each/second', 'complete', 1, '/1/', false, 299, 0, 1, 0, 0, 0, 1795335992430636, 1795335992430636, 1795335992432415, NULL, NULL, '598', NULL, NULL, 302, NULL),
	('looping-1', 902, 'each/first', 'complete', 1, '/1/', false, 300, 0, 1, 0, 0, 0, 1795335992432415, 1795335992432415, 1795335992434039, NULL, NULL, '600', NULL, NULL, 303, NULL),
	('looping-1', 904, 'each/go', 'waiting', 1, '/1/', true, 300, 0, 1, 0, 0, 0, 1795335992434039, 1795335992434039, NULL, NULL, NULL, NULL, '{"wait":["go","all",1795335988557013]}', NULL, 302, NULL),
	('looping-1', 903, 'each/first', 'complete', 1, '/1/', false, 301, 0, 1, 0, 0, 0, 1795335992432415, 1795335992432415, 1795335992434039, NULL, NULL, '602', NULL, NULL, 303, NULL),
	('looping-1', 905, 'each/go', 'waiting', 1, '/1/', true, 301, 0, 1, 0, 0, 0, 1795335992434039, 1795335992434039, NULL, NULL, NULL, NULL, '{"wait":["go","all",1795335988557013]}', NULL, 302, NULL);


--
-- Data for Name: search_cursor; Type: TABLE DATA; Schema: wfe_clusters; Owner: -
--

INSERT INTO wfe_clusters.search_cursor VALUES
	(true, 0);


--
-- Data for Name: search_doc; Type: TABLE DATA; Schema: wfe_clusters; Owner: -
--



--
-- Data for Name: session; Type: TABLE DATA; Schema: wfe_clusters; Owner: -
--

INSERT INTO wfe_clusters.session VALUES
	('01a2025d-2412-7000-acd8-d274be9468b7', 'vm:3217', 'f53e0b016639ebf111f0fc7df3d78a79', 'f84bb345-ddc3-4a36-9f85-17d715dec6ca', 1795336000794883, NULL, '{"pid": 3217}', 1795335992433887, true);


--
-- Data for Name: subscription; Type: TABLE DATA; Schema: wfe_clusters; Owner: -
--

INSERT INTO wfe_clusters.subscription VALUES
	('waiting-1', 'go', 'all', 1795335988369610),
	('waiting-suspended', 'go', 'all', 1795335988450003),
	('asking-1', 'answer', 'asking-1', 1795335988525748),
	('failed-1', 'mended', 'all', 1795335988532286),
	('saga-1', 'go', 'all', 1795335988590157),
	('parent-1/2/1', 'go', 'all', 1795335988617493),
	('looping-1', 'go', 'all', 1795335988557013);


--
-- Data for Name: wfe_schema; Type: TABLE DATA; Schema: wfe_clusters; Owner: -
--

INSERT INTO wfe_clusters.wfe_schema VALUES
	('0001');


--
-- Data for Name: workflow; Type: TABLE DATA; Schema: wfe_clusters; Owner: -
--

INSERT INTO wfe_clusters.workflow VALUES
	('waiting-1', 'waiting', 1, '691b2f9dcd3f00690c5f4ea395fdb6209da665abdf3f60133af975a04f3c2f75', 'runnable', 1795335988369610, 'waiting-1', 'cae66941d9efbd404e4d88758ea67670', NULL, 0, '{}', NULL, NULL, NULL, 1, 2, 0, 2, NULL, NULL, NULL, NULL, NULL, NULL),
	('sleeping-1', 'sleeping', 1, 'f335b5c53a17d0d221a819bcf941397d2357129dc47c827ff55a3cb312d53233', 'runnable', 1795335988497345, 'sleeping-1', 'cae66941d9efbd404e4d88758ea67670', NULL, 0, '{}', NULL, NULL, NULL, 1, 2, 0, 2, 1795336018525851, NULL, NULL, NULL, NULL, NULL),
	('asking-1', 'asking', 1, '49be508224cbb50174d65a97b0d1e3b3ff69b42bb8cad70b1f3edfb0677c5911', 'runnable', 1795335988525748, 'asking-1', 'cae66941d9efbd404e4d88758ea67670', NULL, 0, '{}', NULL, NULL, NULL, 1, 2, 0, 1, NULL, NULL, NULL, NULL, NULL, NULL),
	('parent-1/2/1', 'child', 1, 'bd03855487fae06d22780549c28f1ae5c1c6f641e02a6cdb087fcee6c4ffb8f7', 'runnable', 1795335988617493, 'parent-1', '1755fd0159e6c69fbc8d33d94d2f7b36', NULL, 0, '{}', 'parent-1', 2, NULL, 1, 2, 0, 2, NULL, NULL, NULL, NULL, NULL, NULL),
	('waiting-suspended', 'waiting', 1, '691b2f9dcd3f00690c5f4ea395fdb6209da665abdf3f60133af975a04f3c2f75', 'suspended', 1795335988450003, 'waiting-suspended', 'cae66941d9efbd404e4d88758ea67670', NULL, 0, '{}', NULL, NULL, NULL, 2, 3, 1, 2, NULL, NULL, NULL, NULL, NULL, NULL),
	('saga-1', 'saga', 1, 'be3408345fbd89f06615c43b816f8fe7b0af759f76b390aa40b18918592f5540', 'runnable', 1795335988590157, 'saga-1', 'cae66941d9efbd404e4d88758ea67670', NULL, 0, '{}', NULL, NULL, NULL, 1, 3, 0, 4, NULL, NULL, NULL, NULL, NULL, NULL),
	('parent-1', 'parent', 1, '4f601326dbbffd18b59c2ee4229ad5584ea707d570d629cc3af2a3f61123dfa1', 'runnable', 1795335988601619, 'parent-1', 'cae66941d9efbd404e4d88758ea67670', NULL, 0, '{}', NULL, NULL, NULL, 1, 1, 0, 3, NULL, NULL, NULL, NULL, NULL, NULL),
	('looping-1', 'looping', 1, '4e10f78f126eef6f5306fe24232adb536446a26761b12f3409c9ced22866e53f', 'runnable', 1795335988557013, 'looping-1', 'd5fe8dce0e5f489ad3e626f0fa1dfe56', NULL, 0, '{}', NULL, NULL, NULL, 1, 303, 0, 905, NULL, NULL, NULL, NULL, NULL, NULL),
	('failed-1', 'failed', 1, '85ab3a2089e8f4067153eb59f5120436d7b78cbfd2292504ef1058cef59df3b1', 'failed', 1795335988532286, 'failed-1', '901af9d3cb6f95b2ab8192f18b043223', NULL, 0, '{}', NULL, NULL, NULL, 2, 4, 1, 3, NULL, NULL, 1795335988804456, '{"type":"StepError","message":"not mended yet","step_key":"fail_first","traceback":"Traceback (most recent call last):\n  File \"/srv/wfe/wfe_host/runner.py\", line 109, in _run\n    value = await self._call()\n            ^^^^^^^^^^^^^^^^^^\n  File \"/srv/wfe/wfe_host/runner.py\", line 155, in _call\n    return await self._body(ctx, args, kwargs)\n           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n  File \"/srv/wfe/wfe_host/runner.py\", line 177, in _invoke\n    return await (spec.invoke(args, kwargs) if spec.is_async else self._in_thread(args, kwargs))\n           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n  File \"/srv/wfe/tests/upgrade/flows.py\", line 41, in fail_first\n    raise StepError(msg, retryable=False)\nwfe_core.errors.StepError: not mended yet\n","retryable":false}', NULL, NULL);


--
-- Name: event_seq_seq; Type: SEQUENCE SET; Schema: wfe_clusters; Owner: -
--

SELECT pg_catalog.setval('wfe_clusters.event_seq_seq', 1, true);


--
-- Name: log_seq_seq; Type: SEQUENCE SET; Schema: wfe_clusters; Owner: -
--

SELECT pg_catalog.setval('wfe_clusters.log_seq_seq', 1, false);


--
-- Name: outbox_seq_seq; Type: SEQUENCE SET; Schema: wfe_clusters; Owner: -
--

SELECT pg_catalog.setval('wfe_clusters.outbox_seq_seq', 322, true);


--
-- Name: activity activity_pkey; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.activity
    ADD CONSTRAINT activity_pkey PRIMARY KEY (id);


--
-- Name: cache cache_pkey; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.cache
    ADD CONSTRAINT cache_pkey PRIMARY KEY (key);


--
-- Name: data data_pkey; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.data
    ADD CONSTRAINT data_pkey PRIMARY KEY (instance_id, key, superseded);


--
-- Name: definition definition_pkey; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.definition
    ADD CONSTRAINT definition_pkey PRIMARY KEY (fingerprint);


--
-- Name: event event_id_key; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.event
    ADD CONSTRAINT event_id_key UNIQUE (id);


--
-- Name: event event_pkey; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.event
    ADD CONSTRAINT event_pkey PRIMARY KEY (seq);


--
-- Name: inbox inbox_pkey; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.inbox
    ADD CONSTRAINT inbox_pkey PRIMARY KEY (instance_id, seq);


--
-- Name: item item_pkey; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.item
    ADD CONSTRAINT item_pkey PRIMARY KEY (instance_id, pointer_id, number);


--
-- Name: log log_pkey; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.log
    ADD CONSTRAINT log_pkey PRIMARY KEY (seq);


--
-- Name: outbox outbox_pkey; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (seq);


--
-- Name: pointer pointer_pkey; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.pointer
    ADD CONSTRAINT pointer_pkey PRIMARY KEY (instance_id, id);


--
-- Name: search_cursor search_cursor_pkey; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.search_cursor
    ADD CONSTRAINT search_cursor_pkey PRIMARY KEY (one);


--
-- Name: search_doc search_doc_pkey; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.search_doc
    ADD CONSTRAINT search_doc_pkey PRIMARY KEY (instance_id);


--
-- Name: session session_pkey; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.session
    ADD CONSTRAINT session_pkey PRIMARY KEY (id);


--
-- Name: subscription subscription_pkey; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.subscription
    ADD CONSTRAINT subscription_pkey PRIMARY KEY (instance_id, name, key);


--
-- Name: wfe_schema wfe_schema_pkey; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.wfe_schema
    ADD CONSTRAINT wfe_schema_pkey PRIMARY KEY (version_num);


--
-- Name: workflow workflow_pkey; Type: CONSTRAINT; Schema: wfe_clusters; Owner: -
--

ALTER TABLE ONLY wfe_clusters.workflow
    ADD CONSTRAINT workflow_pkey PRIMARY KEY (id);


--
-- Name: activity_instance; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX activity_instance ON wfe_clusters.activity USING btree (instance_id);


--
-- Name: activity_name; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX activity_name ON wfe_clusters.activity USING btree (name, created, id);


--
-- Name: cache_expires; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX cache_expires ON wfe_clusters.cache USING btree (expires);


--
-- Name: event_published; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX event_published ON wfe_clusters.event USING btree (published);


--
-- Name: event_topic; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX event_topic ON wfe_clusters.event USING btree (name, key, effective);


--
-- Name: event_undelivered; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX event_undelivered ON wfe_clusters.event USING btree (seq) WHERE (NOT fanned_out);


--
-- Name: inbox_dedupe; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE UNIQUE INDEX inbox_dedupe ON wfe_clusters.inbox USING btree (instance_id, dedupe) WHERE (dedupe IS NOT NULL);


--
-- Name: inbox_event; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE UNIQUE INDEX inbox_event ON wfe_clusters.inbox USING btree (event_id, instance_id) WHERE (event_id IS NOT NULL);


--
-- Name: inbox_new; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX inbox_new ON wfe_clusters.inbox USING btree (instance_id, seq) WHERE (NOT consumed);


--
-- Name: log_instance; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX log_instance ON wfe_clusters.log USING btree (instance_id, seq);


--
-- Name: pointer_inside; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX pointer_inside ON wfe_clusters.pointer USING btree (instance_id, parent, index) WHERE (index IS NOT NULL);


--
-- Name: pointer_live; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX pointer_live ON wfe_clusters.pointer USING btree (instance_id) WHERE live;


--
-- Name: pointer_undo; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX pointer_undo ON wfe_clusters.pointer USING btree (instance_id, undo) WHERE (undo IS NOT NULL);


--
-- Name: search_words; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX search_words ON wfe_clusters.search_doc USING gin (words);


--
-- Name: subscription_topic; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX subscription_topic ON wfe_clusters.subscription USING btree (name, key, instance_id);


--
-- Name: workflow_created; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX workflow_created ON wfe_clusters.workflow USING btree (created, id);


--
-- Name: workflow_due; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX workflow_due ON wfe_clusters.workflow USING btree (next_due) WHERE ((owner IS NULL) AND (next_due IS NOT NULL));


--
-- Name: workflow_owner; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX workflow_owner ON wfe_clusters.workflow USING btree (owner) WHERE (owner IS NOT NULL);


--
-- Name: workflow_parent; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX workflow_parent ON wfe_clusters.workflow USING btree (parent_id) WHERE (parent_id IS NOT NULL);


--
-- Name: workflow_reference; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX workflow_reference ON wfe_clusters.workflow USING btree (reference) WHERE (reference IS NOT NULL);


--
-- Name: workflow_root; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX workflow_root ON wfe_clusters.workflow USING btree (root_id) WHERE (parent_id IS NOT NULL);


--
-- Name: workflow_urgent; Type: INDEX; Schema: wfe_clusters; Owner: -
--

CREATE INDEX workflow_urgent ON wfe_clusters.workflow USING btree (next_due) WHERE ((owner IS NULL) AND (next_due IS NOT NULL) AND (priority <> 0));


--
-- PostgreSQL database dump complete
--


