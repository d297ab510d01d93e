-- Two rules of catalogues that version 1 did not keep: hosts are ASCII, and an asset has at most 32
-- categories. A row that breaks one keeps every asset from being loaded.
-- The limits are those of market/asset.hpp.

-- As is_link() of market/asset.cpp.
CREATE FUNCTION tickboard.is_link(link text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $$
  SELECT link ~ '^(https?://[!-~]*|[!-.0-9;-~]*(/[!-~]*)?)$' AND octet_length(link) <= 512
$$;

-- Whoever migrates hears which rows are in the way; a constraint would name none of them.
DO $$
DECLARE
  wrong text;
BEGIN
  SELECT string_agg(what, '; ') INTO wrong FROM (
    SELECT format('asset %s: %s: "%s" is not allowed; allowed: http://..., https://... or a bare '
      'host, at most 512 bytes of ASCII', a.symbol, f.field, left(f.link, 100)) AS what
    FROM tickboard.asset a CROSS JOIN LATERAL (VALUES ('website', a.website),
      ('explorer', a.explorer), ('source_code', a.source_code)) f (field, link)
    WHERE NOT tickboard.is_link(f.link)
    UNION ALL
    SELECT format('asset %s: categories: there are %s; allowed: at most 32', symbol, count(*))
    FROM tickboard.asset_category GROUP BY symbol HAVING count(*) > 32
    LIMIT 10) AS found;
  IF wrong IS NOT NULL THEN
    RAISE EXCEPTION 'rows that no catalogue can have are to be changed first: %', wrong
      USING ERRCODE = 'check_violation';
  END IF;
END
$$;

ALTER TABLE tickboard.asset
  DROP CONSTRAINT asset_website_check,
  DROP CONSTRAINT asset_explorer_check,
  DROP CONSTRAINT asset_source_code_check,
  ADD CONSTRAINT asset_website_check CHECK (tickboard.is_link(website)),
  ADD CONSTRAINT asset_explorer_check CHECK (tickboard.is_link(explorer)),
  ADD CONSTRAINT asset_source_code_check CHECK (tickboard.is_link(source_code));

-- With the rights of the tables' owner: who may add a category need not be allowed more.
CREATE FUNCTION tickboard.check_category_count() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  crowded record;
BEGIN
  -- Who adds to the same asset at the same time waits here, or neither would count the other's.
  PERFORM FROM tickboard.asset WHERE symbol IN (SELECT symbol FROM added)
    ORDER BY symbol FOR NO KEY UPDATE;
  SELECT symbol, count(*) AS categories INTO crowded FROM tickboard.asset_category
    WHERE symbol IN (SELECT symbol FROM added) GROUP BY symbol HAVING count(*) > 32
    ORDER BY symbol LIMIT 1;
  IF FOUND THEN
    RAISE EXCEPTION 'asset %: categories: there would be %; allowed: at most 32', crowded.symbol,
      crowded.categories USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END
$$;

CREATE TRIGGER few_categories_added AFTER INSERT ON tickboard.asset_category
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION tickboard.check_category_count();
CREATE TRIGGER few_categories_changed AFTER UPDATE ON tickboard.asset_category
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION tickboard.check_category_count();
