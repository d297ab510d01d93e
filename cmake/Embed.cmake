# tickboard_embed(OUTPUT HEADER NAMESPACE FILE...) makes one C++ file, OUTPUT, that holds the text of
# each FILE as a string_view of NAMESPACE under the file's name, as HEADER declares them. Digits at
# the start of a name get an `m` before them.
set(TICKBOARD_EMBED_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/embed_files.cmake)
function(tickboard_embed output header namespace)
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DHEADER=${header} -DNAMESPACE=${namespace}
      "-DFILES=${ARGN}" -P ${TICKBOARD_EMBED_SCRIPT}
    DEPENDS ${ARGN} ${TICKBOARD_EMBED_SCRIPT}
    VERBATIM)
endfunction()
