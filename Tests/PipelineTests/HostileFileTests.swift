import Foundation
import Testing

/// Tests with unusual paths and files for every argument that names a file. The result is a one-line
/// error with the path and the documented status. No file changes, and endless files end quickly.
@Suite(.serialized) struct HostileFileTests {
  /// The expected input format, which determines the error message for invalid bytes.
  enum Format: Int, Sendable { case idx, tensor, network }

  struct Reader: Sendable {
    let command: String
    let format: Format
    init(_ command: String, _ format: Format) { (self.command, self.format) = (command, format) }
  }

  /// A path and the expected error: one message for all readers, or one for each `Format`.
  struct Hostile: Sendable {
    let path: String
    let status: Int32
    let messages: [String]
    init(_ path: String, _ status: Int32, _ message: String) { self.init(path, status, [message]) }
    init(_ path: String, _ status: Int32, _ messages: [String]) {
      (self.path, self.status, self.messages) = (path, status, messages)
    }
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let command: String
    let status: Int32
    let message: String
    var testDescription: String { String(command.prefix(80)) }
  }

  static let readers = [
    Reader("idx2tensor FILE -o old", .idx),
    Reader("idx2tensor images.idx --labels FILE -o old", .idx),
    Reader("wgan-init --preset mlp-gp --critic FILE -o old", .network),
    Reader("wgan-init --preset mlp-gp --generator FILE -o old", .network),
    Reader("wgan-init --preset mlp-gp --like FILE -o old", .tensor),
    Reader("wgan-step FILE --data images.tensor --steps 1 -o old", .tensor),
    Reader("wgan-step mlp-gp.bin --data FILE --steps 1 -o old", .tensor),
    Reader("wgan-sample FILE -o old", .tensor),
    Reader("wgan-sample mlp-gp.bin --latents FILE -o old", .tensor),
    Reader("wgan-critic FILE --data images.tensor -o old", .tensor),
    Reader("wgan-critic mlp-gp.bin --data FILE -o old", .tensor),
    Reader("wgan-export FILE -o old", .tensor),
    Reader("tensor2png FILE -o old", .tensor),
    Reader("npy2tensor FILE -o old", .tensor),
  ]

  private static let zeros = [
    "found 0x00)", "header, byte 0: expected '{'",
    "is longer than the limit of 65535 bytes",
  ]
  private static let nothing = ["is empty", "is empty", "has 0 layers"]
  private static let longName = String(repeating: "a", count: 256)
  private static let longPath = String(repeating: "folder/../", count: 500) + "nothing"
  /// A name with a color escape, a newline and a change of the text direction, in bash's notation.
  private static let controlName = #"$'rude\e[31m\n\u202e'"#
  private static let escapedName = #"rude\u{1b}[31m\u{a}\u{202e}: "#

  static let inputs = [
    Hostile("folder", 66, "folder: is a directory"),
    Hostile("loop", 66, "loop: too many levels of symbolic links"),
    Hostile("dangling", 66, "dangling: no such file"),
    Hostile("socket", 66, "socket: no such device or address"),
    Hostile("images.idx/x", 66, "images.idx/x: not a directory"),
    Hostile(longName, 66, "\(longName): file name too long"),
    Hostile(longPath, 66, "\(longPath): file name too long"),
    Hostile("''", 66, ": : no such file"),
    Hostile(controlName, 66, escapedName + "no such file"),
    Hostile(#"$'\xff'"#, 64, "is not UTF-8: \"\u{FFFD}\""),
    Hostile("/proc/self/mem", 74, "/proc/self/mem: input/output error"),
    Hostile("sparse", 65, zeros), Hostile("/dev/zero", 65, zeros), Hostile("/dev/full", 65, zeros),
    Hostile("/dev/null", 65, nothing), Hostile("<(:)", 65, nothing), Hostile("empty", 65, nothing),
  ]

  static let writers = [
    "idx2tensor images.idx -o FILE", "wgan-init --preset mlp-gp -o FILE",
    "wgan-step mlp-gp.bin --data images.tensor --steps 1 -o FILE",
    "wgan-sample mlp-gp.bin -o FILE", "wgan-sample mlp-gp.bin -o old --save-latents FILE",
    "wgan-critic mlp-gp.bin --data images.tensor -o FILE", "wgan-export mlp-gp.bin -o FILE",
    "tensor2png images.tensor -o FILE",
    "wgan-step mlp-gp.bin --data images.tensor --steps 0 -o old --metrics FILE",
  ]

  static let outputs = [
    Hostile("folder", 73, "folder: is a directory"),
    Hostile("folder/", 73, "folder/: is a directory"),
    Hostile("loop", 73, "loop: too many levels of symbolic links"),
    Hostile("socket", 73, "socket: no such device or address"),
    Hostile("images.idx/x", 73, "images.idx/x: not a directory"),
    Hostile(longName, 73, "\(longName): file name too long"),
    Hostile(longPath, 73, "\(longPath): file name too long"),
    Hostile("''", 73, ": : no such file or directory"),
    Hostile(controlName.dropLast() + "/x'", 73, "/x: no such file or directory"),
    Hostile(#"$'\xff'"#, 64, "is not UTF-8"),
  ]

  /// Paths that are errors only for outputs.
  static let others = [
    ("dangling", 73, "dangling: is a symbolic link to a missing file"),
    ("/proc/self/mem", 73, "/proc/self/mem: no such file or directory"),
    ("stolen", 73, "stolen.partial exists and is not"),
    ("linked", 73, "linked.partial exists and is not"),
    ("/dev/full", 74, "/dev/full: no space left on device"),
  ].flatMap { path, status, message in
    writers.dropLast().map {
      Case(command: $0.replacing("FILE", with: path), status: status, message: message)
    }
  }
  /// Paths that are errors only for metrics files.
  static let logs = [
    ("sparse", 65, "sparse: is not a metrics file; it is unchanged"),
    ("broken", 65, "broken: byte 8200: is not a line of metrics; the file is unchanged"),
    ("images.tensor", 65, "images.tensor: is not a metrics file"),
    ("mlp-gp.bin", 65, "mlp-gp.bin: is not a metrics file"),
  ].map { path, status, message in
    Case(
      command: writers[writers.count - 1].replacing("FILE", with: path), status: Int32(status),
      message: message)
  }

  static let cases: [Case] =
    readers.flatMap { reader in
      inputs.map { input in
        let messages = input.messages
        let message = messages.count == 1 ? messages[0] : messages[reader.format.rawValue]
        return Case(
          command: reader.command.replacing("FILE", with: input.path), status: input.status,
          message: message)
      }
    }
    + writers.flatMap { command in
      outputs.map { output in
        Case(
          command: command.replacing("FILE", with: output.path), status: output.status,
          message: output.messages[0])
      }
    } + others + logs

  static let shell = Result { () throws -> Shell in
    let shell = try workshop().shared()
    try shell.run(
      """
      echo precious > old; : > empty; truncate -s 1T sparse; mkdir folder stolen.partial
      ln -s loop loop; ln -s nothing dangling; ln -s nothing linked.partial
      { printf '{"epoch":'; head -c 12287 /dev/zero | tr '\\0' x; } > broken
      """)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) {
      $0.copyBytes(from: shell.folder.appending(path: "socket").path.utf8)
    }
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, size) }
    }
    try #require(bound == 0)
    return shell
  }

  @Test(arguments: cases)
  func `an unusual path is a quick one-line error, and no file changes`(_ hostile: Case) throws {
    let shell = try Self.shell.get()
    let before = try names(shell)
    let tool = hostile.command.prefix { $0 != " " }
    let result = try shell.run("timeout 10 \(hostile.command)", status: hostile.status)
    #expect(result.standardOutput.isEmpty)
    #expect(result.standardError.hasPrefix("\(tool): ") && result.standardError.hasSuffix("\n"))
    #expect(result.standardError.contains(hostile.message), "\(result)")
    // The message has no control characters.
    let scalars = result.standardError.dropLast().unicodeScalars
    #expect(scalars.allSatisfy { $0.value >= 32 && $0 != "\u{202E}" })
    #expect(try names(shell) == before)
    #expect(try shell.read("old") == Data("precious\n".utf8))
  }

  private func names(_ shell: Shell) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: shell.folder.path).sorted()
  }
}
