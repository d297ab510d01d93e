# The API document, judged by a validator from npm; refusals of every parameter and answers of every
# resource of a running program, judged by the document.
add_test(NAME contract
  COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/contract/run.sh ${CMAKE_CURRENT_SOURCE_DIR}/contract
    ${CMAKE_CURRENT_BINARY_DIR}/contract $<TARGET_FILE:tickboard>)
set_tests_properties(contract PROPERTIES SKIP_RETURN_CODE 77 TIMEOUT 180) # 77: skipped, and said so
tickboard_whole(contract tickboard)
