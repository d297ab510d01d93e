# The benchmark of the spine, a few seconds of it: real parts, every update must arrive. No times.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
add_test(NAME bench_spine
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bench/spine
    --quick --exchanges mix --tickboard $<TARGET_FILE:tickboard>)
set_tests_properties(bench_spine PROPERTIES TIMEOUT 240)
tickboard_whole(bench_spine tickboard)
# Walks while ranks move: those of a snapshot must meet each market once.
add_test(NAME bench_drift
  COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bench/drift
    --quick --tickboard $<TARGET_FILE:tickboard>)
set_tests_properties(bench_drift PROPERTIES TIMEOUT 120)
tickboard_whole(bench_drift tickboard)
# Beside its peers, tickboard alone: what needs neither wrk nor a peer.
foreach(what IN ITEMS "read --loads stampede" "ingest --loads full,paced,twice --only beast_sax" "scale --loads markets,idle" "follow")
  string(REPLACE " " ";" arguments ${what})
  list(GET arguments 0 name)
  add_test(NAME bench_run_${name}
    COMMAND ${Python3_EXECUTABLE} ${PROJECT_SOURCE_DIR}/tests/bench/run ${arguments}
      --quick --tickboard $<TARGET_FILE:tickboard>)
  set_tests_properties(bench_run_${name} PROPERTIES TIMEOUT 120)
  tickboard_whole(bench_run_${name} tickboard)
endforeach()
