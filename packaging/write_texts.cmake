# Run by packaging/CMakeLists.txt: cmake -DSOURCE= -DOUTPUT= -DVERSION= -DREVISION= -DMAINTAINER= -DLICENCES= -P
# Writes into OUTPUT the texts of the package that are no papers of the command line: copyright,
# changelog.gz, changelog.Debian.gz. Their date is that of the last commit, so that the same sources make
# the same package.
execute_process(COMMAND git -c safe.directory=${SOURCE} log -1 --format=%cD
  WORKING_DIRECTORY ${SOURCE} OUTPUT_VARIABLE DATE OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
if(NOT DATE)
  string(TIMESTAMP DATE "%a, %d %b %Y %H:%M:%S +0000" UTC) # of SOURCE_DATE_EPOCH, if there is one
endif()

file(READ ${SOURCE}/packaging/debian/copyright.in copyright)
foreach(package rapidjson-dev libcli11-dev libtomlplusplus-dev)
  file(READ /usr/share/doc/${package}/copyright terms)
  string(APPEND copyright "\n--- ${package} ---\n\n${terms}")
endforeach()
file(READ ${LICENCES} terms)
string(APPEND copyright "\n--- npm ---\n\n${terms}")
file(WRITE ${OUTPUT}/copyright "${copyright}")

configure_file(${SOURCE}/packaging/debian/changelog.in ${OUTPUT}/changelog.Debian @ONLY)
configure_file(${SOURCE}/CHANGELOG.md ${OUTPUT}/changelog COPYONLY)
foreach(name changelog changelog.Debian)
  execute_process(COMMAND gzip -9nf ${OUTPUT}/${name} COMMAND_ERROR_IS_FATAL ANY)
endforeach()
