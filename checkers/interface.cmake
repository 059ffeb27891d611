# Completions and manual pages of both programs, written by `lojacert write-pages` from their command lines, so that they are never
# out of date.
set(interface_folder ${PROJECT_BINARY_DIR}/interface)
add_custom_command(
  OUTPUT ${interface_folder}/lojaverify-help.txt
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${interface_folder}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${interface_folder}
  COMMAND lojaverify --help > ${interface_folder}/lojaverify-help.txt
  COMMAND lojacert_program write-pages ${interface_folder} --verifier ${interface_folder}/lojaverify-help.txt --quiet > ${interface_folder}/log
  DEPENDS lojacert_program lojaverify
  COMMENT "Writing completions and manual pages"
  VERBATIM)
add_custom_target(interface ALL DEPENDS ${interface_folder}/lojaverify-help.txt)

install(DIRECTORY ${interface_folder}/bash/ DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(DIRECTORY ${interface_folder}/zsh/ DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(DIRECTORY ${interface_folder}/fish/ DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
install(DIRECTORY ${interface_folder}/man/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)

# Pages, examples, schemas and the gallery keep their places to each other, so that their links and commands hold.
install(FILES README.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN site EXCLUDE PATTERN __pycache__ EXCLUDE)
install(DIRECTORY certificates DESTINATION ${CMAKE_INSTALL_DOCDIR}
        PATTERN reproduce EXCLUDE PATTERN make.sh EXCLUDE PATTERN run.py EXCLUDE PATTERN __pycache__ EXCLUDE)
