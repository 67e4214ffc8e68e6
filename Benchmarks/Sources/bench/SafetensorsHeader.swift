import FoundationEssentials
import Glibc

/// What the driver has to know of a checkpoint or of images: the header of a safetensors file.
struct SafetensorsHeader: Decodable {
  struct Tensor: Decodable { let shape: [Int] }

  /// The words of the file's writer.
  let metadata: [String: String]
  /// The images, in a file of images.
  let images: Tensor?

  enum CodingKeys: String, CodingKey { case metadata = "__metadata__", images }

  init(path: String) throws(Failure) {
    guard let file = fopen(path, "r") else { throw Failure("\(path): cannot be opened") }
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

  /// A word of the metadata.
  func value(_ name: String) throws(Failure) -> String {
    guard let value = metadata[name] else { throw Failure("a checkpoint without \(name)") }
    return value
  }

  /// A number of the metadata.
  func number(_ name: String) throws(Failure) -> Int {
    guard let number = Int(try value(name)) else { throw Failure("\(name) is not a number") }
    return number
  }
}
