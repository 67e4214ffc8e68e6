public import ArgumentParser
import Glibc
import TensorIO

/// A shell command that a user passes to a tool.
public struct ShellCommand: ExpressibleByArgument {
  /// The exit status of the command was not 0.
  public struct Failure: Error {
    /// The exit status; 128 + n after signal n.
    let status: Int32
  }

  private let text: String

  /// Accepts any text.
  public init?(argument: String) { text = argument }

  /// Runs the command with `/bin/sh` and waits for its end.
  ///
  /// - Parameter arguments: `$1`, `$2`, … of the command.
  /// - Throws: `Failure`; `FileError` if the shell cannot be started.
  public func run(_ arguments: [String]) throws {
    let command = ["sh", "-c", text, "sh"] + arguments
    guard let status = ExternalProgram.status(of: "/bin/sh", command, descriptors: []) else {
      throw FileError(.bug, "/bin/sh", errno: errno)
    }
    if status != 0 {
      throw Failure(status: status & 0x7F == 0 ? status >> 8 : 128 + status & 0x7F)
    }
  }
}
