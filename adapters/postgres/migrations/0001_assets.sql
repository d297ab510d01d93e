-- Assets, their categories, supply and links, and word of every change to whoever LISTENs.
-- The limits are those of market/asset.hpp.

CREATE TABLE tickboard.asset (
  symbol text PRIMARY KEY
    CHECK (octet_length(symbol) BETWEEN 1 AND 32 AND symbol !~ '[[:space:][:cntrl:]:,|{}*"\\]'),
  name text NOT NULL
    CHECK (octet_length(name) BETWEEN 1 AND 128 AND name !~ '[[:cntrl:]]|^ | $'),
  -- Deferred, so that two assets can swap theirs.
  slug text NOT NULL UNIQUE DEFERRABLE INITIALLY DEFERRED CHECK (slug ~ '^[a-z0-9-]{1,128}$'),
  -- In units of the asset; NULL is unknown. NaN is above Infinity.
  circulating_supply numeric CHECK (circulating_supply >= 0 AND circulating_supply < 'Infinity'
    AND length(circulating_supply::text) <= 38),
  max_supply numeric CHECK (max_supply >= 0 AND max_supply < 'Infinity'
    AND length(max_supply::text) <= 38),
  website text CHECK (website ~ '^(https?://[!-~]+|[^:/[:space:]]+(/[!-~]*)?)?$'
    AND octet_length(website) <= 512),
  explorer text CHECK (explorer ~ '^(https?://[!-~]+|[^:/[:space:]]+(/[!-~]*)?)?$'
    AND octet_length(explorer) <= 512),
  source_code text CHECK (source_code ~ '^(https?://[!-~]+|[^:/[:space:]]+(/[!-~]*)?)?$'
    AND octet_length(source_code) <= 512)
);

CREATE TABLE tickboard.category (
  name text PRIMARY KEY
    CHECK (octet_length(name) BETWEEN 1 AND 64 AND name !~ '[;|[:cntrl:]]|^ | $'
      AND name ~ '[A-Za-z0-9]')
);

CREATE TABLE tickboard.asset_category (
  symbol text NOT NULL REFERENCES tickboard.asset ON UPDATE CASCADE ON DELETE CASCADE,
  category text NOT NULL REFERENCES tickboard.category ON UPDATE CASCADE ON DELETE CASCADE,
  PRIMARY KEY (symbol, category)
);

CREATE INDEX ON tickboard.asset_category (category);

-- Equal notifications of one transaction arrive once, at its end.
CREATE FUNCTION tickboard.notify_metadata() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('tickboard_metadata', '');
  RETURN NULL;
END
$$;

CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON tickboard.asset
  FOR EACH STATEMENT EXECUTE FUNCTION tickboard.notify_metadata();
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON tickboard.category
  FOR EACH STATEMENT EXECUTE FUNCTION tickboard.notify_metadata();
CREATE TRIGGER changed AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON tickboard.asset_category
  FOR EACH STATEMENT EXECUTE FUNCTION tickboard.notify_metadata();
