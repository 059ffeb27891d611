# Run by cmake -P: npm ci of FROM's lock file into the folder TO.
file(MAKE_DIRECTORY ${TO})
file(COPY ${FROM}/package.json ${FROM}/package-lock.json DESTINATION ${TO})
execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --prefer-offline ${GROUPS}
                WORKING_DIRECTORY ${TO} OUTPUT_VARIABLE out ERROR_VARIABLE out RESULT_VARIABLE failed)
if(failed)
  message(FATAL_ERROR "npm ci could not install the packages of the report page (the first build needs the npm registry):\n${out}\n"
                      "Configure with -DLOJACERT_BUILD_REPORT=OFF to build without `lojacert report`.")
endif()
file(WRITE ${TO}/installed "")
