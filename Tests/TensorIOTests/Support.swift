// Pipes and files that are made from bytes.
import Foundation

@testable import TensorIO

/// A pipe whose ends can be opened by paths. It holds 64 KiB.
final class Pipe {
  private var ends: [Int32] = [-1, -1]

  init() {
    signal(SIGPIPE, SIG_IGN)
    pipe(&ends)
  }

  /// A pipe that contains bytes and is closed for writing.
  convenience init(_ bytes: [UInt8]) {
    self.init()
    precondition(write(ends[1], bytes, bytes.count) == bytes.count)
    closeInput()
  }

  deinit {
    closeInput()
    closeOutput()
  }

  var inputPath: String { "/dev/fd/\(ends[1])" }
  var outputPath: String { "/dev/fd/\(ends[0])" }

  func closeInput() { closeEnd(1) }
  func closeOutput() { closeEnd(0) }

  /// Reads the bytes in the pipe, at most 64 KiB.
  func drain() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = read(ends[0], &bytes, bytes.count)
    return Array(bytes[..<max(0, count)])
  }

  private func closeEnd(_ index: Int) {
    if ends[index] >= 0 { close(ends[index]) }
    ends[index] = -1
  }
}

/// A file in the safetensors format: length, header, zeros as data.
func container(_ json: [UInt8], data: Int = 16) -> [UInt8] {
  let length = UInt64(json.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + json
    + repeatElement(0, count: data)
}

func container(_ json: String, data: Int = 16) -> [UInt8] {
  container(Array(json.utf8), data: data)
}

extension TensorHeader {
  /// Writes a file from memory.
  func write(_ data: [UInt8], to path: String) throws {
    try data.withUnsafeBytes { try write([$0], to: OutputFile(path)) }
  }
}

extension TensorFile {
  func array(_ name: String) -> [UInt8]? {
    bytes(of: name).map { bytes in withExtendedLifetime(self) { [UInt8](bytes) } }
  }
}
