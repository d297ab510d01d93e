#include "adapters/postgres/assets.hpp"

#include "adapters/postgres/schema.hpp"
#include "market/asset_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace tickboard::postgres {

namespace {

/// Columns in the order of asset_fields().
constexpr std::string_view read_sql = R"sql(
SELECT a.symbol, a.name, a.slug, coalesce(c.names, ''), a.circulating_supply, a.max_supply,
  a.website, a.explorer, a.source_code
FROM tickboard.asset a LEFT JOIN (
  SELECT symbol, string_agg(category, ';' ORDER BY category) AS names
  FROM tickboard.asset_category GROUP BY symbol) c USING (symbol)
ORDER BY a.symbol COLLATE "C" LIMIT {})sql";

/// Parameters in the order of asset_fields(), each an array with NULL for what is empty; then the
/// slug of each asset that has none, and its slug if that one is another's. One statement, so that
/// all of it happens or nothing.
constexpr std::string_view import_sql = R"sql(
WITH typed AS MATERIALIZED (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::numeric[],
    $6::numeric[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[])
  AS t (symbol, name, slug, categories, circulating_supply, max_supply, website, explorer,
    source_code, made_slug, spare_slug)
), given AS MATERIALIZED (
  SELECT t.symbol, t.name, coalesce(t.slug, kept.slug,
      CASE WHEN taken.slug IS NULL THEN t.made_slug ELSE t.spare_slug END) AS slug, t.categories,
    t.circulating_supply, t.max_supply, t.website, t.explorer, t.source_code
  FROM typed t LEFT JOIN tickboard.asset kept ON kept.symbol = t.symbol
    -- Not taken for long where its asset gets another slug here.
    LEFT JOIN tickboard.asset taken ON taken.slug = t.made_slug
      AND taken.symbol NOT IN (SELECT symbol FROM typed WHERE slug IS NOT NULL)
), stored AS (
  INSERT INTO tickboard.asset AS a (symbol, name, slug, circulating_supply, max_supply, website,
    explorer, source_code)
  SELECT symbol, name, slug, circulating_supply, max_supply, website, explorer, source_code
  FROM given
  ON CONFLICT (symbol) DO UPDATE SET name = excluded.name, slug = excluded.slug,
    circulating_supply = coalesce(excluded.circulating_supply, a.circulating_supply),
    max_supply = coalesce(excluded.max_supply, a.max_supply),
    website = coalesce(excluded.website, a.website),
    explorer = coalesce(excluded.explorer, a.explorer),
    source_code = coalesce(excluded.source_code, a.source_code)
  WHERE (a.name, a.slug, a.circulating_supply, a.max_supply, a.website, a.explorer, a.source_code)
    IS DISTINCT FROM (excluded.name, excluded.slug,
      coalesce(excluded.circulating_supply, a.circulating_supply),
      coalesce(excluded.max_supply, a.max_supply), coalesce(excluded.website, a.website),
      coalesce(excluded.explorer, a.explorer), coalesce(excluded.source_code, a.source_code))
  RETURNING a.symbol, a.xmax = 0 AS added -- xmax is set where a row was updated
), named AS (
  SELECT symbol, unnest(string_to_array(categories, ';')) AS category FROM given
), categories AS (
  INSERT INTO tickboard.category (name) SELECT DISTINCT category FROM named ON CONFLICT DO NOTHING
), removed AS (
  DELETE FROM tickboard.asset_category c USING given g
  WHERE c.symbol = g.symbol AND g.categories IS NOT NULL
    AND c.category <> ALL (string_to_array(g.categories, ';'))
  RETURNING c.symbol
), linked AS (
  INSERT INTO tickboard.asset_category (symbol, category) SELECT symbol, category FROM named
  ON CONFLICT DO NOTHING RETURNING symbol
), touched AS (
  SELECT symbol FROM stored UNION SELECT symbol FROM removed UNION SELECT symbol FROM linked
)
SELECT (SELECT count(*) FROM stored WHERE added), (SELECT count(*) FROM touched))sql";

/// https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO
void append_element(std::string& array, std::string_view value) {
  array += array.empty() ? '{' : ',';
  if (value.empty()) {
    array += "NULL";
    return;
  }
  array += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\')
      array += '\\';
    array += c;
  }
  array += '"';
}

std::size_t number(std::string_view text) {
  std::size_t out = 0;
  std::from_chars(text.data(), text.data() + text.size(), out);
  return out;
}

/// Why an import failed. The slug is the one thing that two assets can quarrel about, and
/// PostgreSQL names it without the asset.
std::string import_problem(const reply& answer, const asset_catalogue& catalogue) {
  constexpr std::string_view before = "(slug)=(";
  const auto at = answer.error().find(before);
  if (answer.code() == "23505" && at != std::string_view::npos) {
    auto slug = answer.error().substr(at + before.size());
    slug = slug.substr(0, slug.find(')'));
    const auto wants_it = [&](const asset& one) {
      return catalogue.has_made_slug(one.symbol) ? make_spare_slug(one) == slug : one.slug == slug;
    };
    const auto found = std::ranges::find_if(catalogue.assets(), wants_it);
    const auto* const one = found != catalogue.assets().end() ? &*found : catalogue.find_slug(slug);
    if (one != nullptr)
      return fmt::format("nothing was imported: asset {}: slug: \"{}\" is another asset's already; "
                         "allowed: each slug once, as one of its own in the column slug",
                         one->symbol, slug);
  }
  return fmt::format("nothing was imported: {}", answer.error());
}

/// Runs `then` if the schema is the one that we know.
void with_schema(const std::shared_ptr<client>& of, std::function<void(result<void>)> then) {
  read_schema_version(of, [then = std::move(then)](const result<int>& found) {
    then(found.and_then([](int version) { return check_schema_version(version); }));
  });
}

} // namespace

void read_assets(const std::shared_ptr<client>& from, std::function<void(result<reply>)> done) {
  with_schema(from, [from, done = std::move(done)](const result<void>& known) {
    if (!known) {
      done(unexpected(known.error()));
      return;
    }
    from->submit({fmt::format(read_sql, asset_limits::assets + 1), // one more: the builder refuses
                  {},
                  [done](const reply& answer) {
                    if (answer.failed())
                      done(unexpected("the assets cannot be read: " + answer.error()));
                    else
                      done(answer);
                  }});
  });
}

result<asset_catalogue_ptr> make_catalogue(const reply& rows) {
  const auto fields = asset_fields();
  catalogue_builder out;
  for (std::size_t row = 0; row < rows.rows(); ++row) {
    asset one;
    for (std::size_t i = 0; i < fields.size(); ++i)
      if (!fields[i].set(one, rows.text(row, i)))
        return unexpected(
            fmt::format("asset {}: {} cannot be kept", rows.text(row, 0), fields[i].name));
    if (const auto problem = out.add(std::move(one)))
      return unexpected(fmt::format("asset {}: {}: {}; allowed: {}", rows.text(row, 0),
                                    problem->field, problem->what, problem->allowed));
  }
  return std::move(out).build();
}

void import_assets(const std::shared_ptr<client>& into, asset_catalogue_ptr catalogue,
                   std::function<void(result<import_report>)> done) {
  std::vector<parameter> arrays;
  const auto add = [&](const std::function<std::string(const asset&)>& text_of) {
    std::string array;
    for (const auto& one : catalogue->assets())
      append_element(array, text_of(one));
    arrays.emplace_back(array.empty() ? "{}" : array + '}');
  };
  const auto made = [&](const asset& one) { return catalogue->has_made_slug(one.symbol); };
  for (const auto& field : asset_fields())
    add([&](const asset& one) {
      return field.name == "slug" && made(one) ? std::string{} : field.get(one);
    });
  add([&](const asset& one) { return made(one) ? one.slug : std::string{}; });
  add([&](const asset& one) { return made(one) ? make_spare_slug(one) : std::string{}; });
  with_schema(into, [into, arrays = std::move(arrays), catalogue = std::move(catalogue),
                     done = std::move(done)](const result<void>& known) {
    if (!known) {
      done(unexpected(known.error()));
      return;
    }
    into->submit({std::string{import_sql}, arrays, [catalogue, done](const reply& answer) {
                    if (answer.failed()) {
                      done(unexpected(import_problem(answer, *catalogue)));
                      return;
                    }
                    const auto added = number(answer.text(0, 0));
                    done(import_report{catalogue->assets().size(), added,
                                       number(answer.text(0, 1)) - added});
                  }});
  });
}

} // namespace tickboard::postgres
