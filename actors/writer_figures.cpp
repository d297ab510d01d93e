#include "actors/writer_figures.hpp"

#include <utility>

namespace tickboard {

namespace {

metrics::labels of_writer(std::size_t writer) {
  return {{"writer", std::to_string(writer)}};
}

} // namespace

writer_figures::writer_figures(metrics::registry_ptr in, std::size_t writer)
    : registry(std::move(in)),
      patches(registry->count({"tickboard_writer_patches_total", "Updates of markets that came"},
                              of_writer(writer))),
      unchanged(registry->count({"tickboard_writer_patches_unchanged_total",
                                 "Updates that were older than what was known, or said the same"},
                                of_writer(writer))),
      conflated(registry->count({"tickboard_writer_patches_conflated_total",
                                 "Updates that replaced one that was not written yet"},
                                of_writer(writer))),
      rows(registry->count({"tickboard_writer_rows_total",
                            "Rows that Redis has taken, each once for the board and once for the "
                            "partition of its quote"},
                           of_writer(writer))),
      batches(registry->count({"tickboard_writer_batches_total", "Batches sent to Redis"},
                              of_writer(writer))),
      refused(
          registry->count({"tickboard_writer_batches_failed_total",
                           "Batches that Redis refused, or did not answer; they are sent again"},
                          of_writer(writer))),
      conflicts(registry->count({"tickboard_writer_conflicts_total",
                                 "Rows of which Redis had newer values, of another daemon or life"},
                                of_writer(writer))),
      rebuilds(registry->count(
          {"tickboard_writer_rebuilds_total", "How often everything was written anew from memory"},
          of_writer(writer))),
      markets(registry->level({"tickboard_writer_markets", "Markets that the writer holds"},
                              of_writer(writer))),
      waiting(registry->level({"tickboard_writer_waiting_markets",
                               "Markets that wait to be written, of all partitions together"},
                              of_writer(writer))),
      flush(registry->duration({"tickboard_writer_flush_duration_seconds",
                                "From sending a batch to Redis' answer, of a sample of batches"},
                               of_writer(writer))),
      tick_to_writer(registry->duration(
          {"tickboard_tick_to_writer_seconds",
           "From reading a frame until a writer has its updates, of a sample of frames"})),
      tick_to_redis(registry->duration(
          {"tickboard_tick_to_redis_seconds",
           "From reading a frame until its market is sent to Redis, of a sample of batches"})),
      tick_to_queryable(registry->duration(
          {"tickboard_tick_to_queryable_seconds",
           "From reading a frame to Redis' answer that its market is written, of a sample of "
           "batches"})) {
}

} // namespace tickboard
