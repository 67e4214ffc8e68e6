import Testing

@testable import ToolSupport

@Suite struct ShellWordsTests {
  @Test(
    arguments: [
      ("", []), ("  \t\n", []), ("--lambda 5", ["--lambda", "5"]),
      (#"--schedule "cosine 20000" "#, ["--schedule", "cosine 20000"]),
      (#"'a  b'c"d"\ e"#, ["a  bcd e"]), (#"'' """#, ["", ""]),
      ("\u{FEFF}--lambda 5\r\n--clip 'a b'\r\n", ["--lambda", "5", "--clip", "a b"]),
      (#"'\' "\"\\\$\`" "\n" \\ \'"#, [#"\"#, #""\$`"#, #"\n"#, #"\"#, "'"]),
      (#"$(touch x); `y` $HOME * > z #"#, ["$(touch", "x);", "`y`", "$HOME", "*", ">", "z", "#"]),
    ] as [(String, [String])])
  func `text is split into shell words, without expansions`(_ text: String, _ words: [String]) {
    #expect(shellWords(text) == words)
  }

  @Test(arguments: ["'", "\"", "a 'b", #""a\""#, #"a \"#])
  func `an unterminated quotation is an error`(_ text: String) {
    #expect(shellWords(text) == nil)
  }
}
