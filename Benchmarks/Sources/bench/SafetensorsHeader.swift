import FoundationEssentials
import Glibc

/// The header of a safetensors file, which is a checkpoint or contains images.
struct SafetensorsHeader: Decodable {
  struct Tensor: Decodable { let shape: [Int] }

  /// The metadata by key.
  let metadata: [String: String]
  /// The tensor `images`, which a checkpoint does not have.
  let images: Tensor?

  enum CodingKeys: String, CodingKey { case metadata = "__metadata__", images }

  /// Reads the header of a file.
  ///
  /// - Throws: `Failure` if the file cannot be opened or has no valid header of at most 16 MiB.
  init(path: String) throws(Failure) {
    guard let file = fopen(path, "r") else { throw Failure("\(path): cannot open the file") }
    defer { fclose(file) }
    var length: UInt64 = 0
    guard fread(&length, 8, 1, file) == 1, length <= 1 << 24 else {
      throw Failure("\(path): not a safetensors file")
    }
    var bytes = [UInt8](repeating: 0, count: Int(length))
    guard fread(&bytes, 1, bytes.count, file) == bytes.count,
      let header = try? JSONDecoder().decode(SafetensorsHeader.self, from: Data(bytes))
    else { throw Failure("\(path): not a safetensors file") }
    self = header
  }

  /// Returns a value of the metadata.
  func value(_ name: String) throws(Failure) -> String {
    guard let value = metadata[name] else {
      throw Failure("the checkpoint has no metadata \"\(name)\"")
    }
    return value
  }

  /// Returns an integer of the metadata.
  func number(_ name: String) throws(Failure) -> Int {
    let value = try value(name)
    guard let number = Int(value) else {
      throw Failure("\"\(name)\" is invalid (expected an integer, found \"\(value)\")")
    }
    return number
  }
}
