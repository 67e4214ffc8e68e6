// Files that NumPy and safetensors have written (`scripts/make_numpy_fixtures.py`), and damaged ones.
import Foundation
import TestSupport
import Testing

@testable import TensorIO

@Suite struct NumPyFileTests {
  private static let fixtures = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Fixtures/numpy").path

  private static func path(_ name: String) -> String { "\(fixtures)/\(name)" }

  private static func pixels(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 * 89 % 241) } }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func `an archive of NumPy has its arrays, also through a pipe`(_ name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.path(name))))
    let pipe = Pipe(bytes)
    for path in [Self.path(name), pipe.outputPath] {
      let file = try TensorFile.arrays(path)
      #expect(file.header.entries.map(\.name) == ["x_train", "y_train", "x_test", "y_test"])
      #expect(file.header["x_train"]?.shape == [4, 5, 6])
      #expect(file.array("x_train") == Self.pixels(120))
      #expect(file.numbers(of: "y_train", as: Int64.self) == [0, 1, 2, 0])
      #expect(file.array("x_test") == Self.pixels(30))
    }
    let header = try TensorFile.header(of: InputFile(Self.path(name))).header
    #expect(header.entries.map(\.byteCount) == [120, 32, 30, 8])
  }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func `x_train has the images, and y_train the labels`(_ name: String) throws {
    let file = try TensorFile.images(Self.path(name))
    #expect(file.header["images"] == TensorEntry("images", .u8, [4, 1, 5, 6]))
    #expect(file.array("images") == Self.pixels(120) && file.array("labels") == [0, 1, 2, 0])
    #expect(file.notes == ["the images are x_train; not used: x_test"])
    #expect(file.header.metadata["range"] == "0,255")
    var reading = ImageReading()
    (reading.images, reading.labels) = ("x_test", "y_test")
    let test = try TensorFile.images(Self.path(name), reading)
    #expect(test.array("images") == Self.pixels(30) && test.array("labels") == [0])
  }

  @Test func `big-endian numbers in column-major order become single precision`() throws {
    let file = try TensorFile.images(Self.path("fortran.npy"))
    let numbers: [Float] = try #require(file.numbers(of: "images"))
    #expect(numbers == Self.pixels(120).map { Float(Double($0) / 255) })
    #expect(file.header.metadata["range"] == "0,1")
    let training = try TensorFile.images(
      Self.path("fortran.npy"), ImageReading(isForTraining: true))
    #expect(
      training.numbers(of: "images") == Self.pixels(120).map { Float(Double($0) / 255 * 2 - 1) })
    #expect(training.header.metadata["range"] == "-1,1")
    // Unchanged, the array is in double precision.
    let array = try TensorFile.arrays(Self.path("fortran.npy"))
    #expect(array.numbers(of: "arr_0") == Self.pixels(120).map { Double($0) / 255 })
  }

  @Test func `channels in the last axis are transposed, with a note`() throws {
    let file = try TensorFile.images(Self.path("channels-last.npy"))
    let pixels = Self.pixels(180)
    var expected: [UInt8] = []
    for image in 0..<2 {
      for channel in 0..<3 {
        for place in 0..<30 { expected.append(pixels[image * 90 + place * 3 + channel]) }
      }
    }
    #expect(file.header["images"]?.shape == [2, 3, 6, 5] && file.array("images") == expected)
    #expect(file.notes == ["shape 2x6x5x3 is read as N x H x W x C, and transposed"])
    var reading = ImageReading()
    reading.axes = .channelsFirst
    let stated = try TensorFile.images(Self.path("channels-last.npy"), reading)
    #expect(stated.header["images"]?.shape == [2, 6, 5, 3] && stated.array("images") == pixels)
  }

  @Test func `every valid name and the common types of safetensors are read`() throws {
    let file = try TensorFile(Self.path("names.safetensors"))
    let names = ["model/dense/kernel:0", "", String(repeating: "a", count: 200)]
    #expect(Set(file.header.entries.map(\.name)) == Set(names))
    #expect(file.numbers(of: names[0]) == Self.pixels(120).map { Float16($0) })
    #expect(file.numbers(of: names[1]) == [0, 1, 2, 0] as [Int64])
    #expect(file.numbers(of: names[2]) == Self.pixels(30).map { UInt64($0) })
  }

  @Test(arguments: ["stored.npz", "deflated.npz", "bytes.npy", "fortran.npy"])
  func `a truncated file is an error`(_ name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.path(name))))
    let folder = try Folder()
    for count in bytes.indices {
      let path = try folder.write(Array(bytes[..<count]), to: "x")
      let error = fileError { _ = try TensorFile.arrays(path) }
      #expect(error?.kind == .invalid, "\(count) bytes")
    }
    let path = try folder.write(bytes + [0], to: "x")
    #expect(fileError { _ = try TensorFile.arrays(path) }?.kind == .invalid)
  }

  @Test(arguments: ["stored.npz", "deflated.npz"])
  func `a changed byte is an error, or leaves the arrays as they were`(_ name: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.path(name))))
    let folder = try Folder()
    let original = try TensorFile.arrays(Self.path(name))
    var acceptedCount = 0
    for offset in bytes.indices {
      for change in [1, 0x80, 0xFF] as [UInt8] {
        var changed = bytes
        changed[offset] ^= change
        let path = try folder.write(changed, to: "x")
        do {
          let file = try TensorFile.arrays(path)
          acceptedCount += 1
          // Dates, for example, are not checked. An array that cannot be read is skipped with a note.
          for entry in file.header.entries where original.header[entry.name] == entry {
            #expect(file.array(entry.name) == original.array(entry.name), "byte \(offset)")
          }
          #expect(
            file.header.entries.allSatisfy { original.header[$0.name] == $0 }
              || file.notes.count + file.header.entries.count == 4, "byte \(offset)")
        } catch { #expect(error.kind == .invalid) }
      }
    }
    #expect(acceptedCount < 3 * bytes.count)
  }

  @Test(
    arguments: [
      ("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2), }", nil),
      ("{\"shape\":(2,2),\"descr\":\"u1\",\"fortran_order\":True}", nil),
      ("{'descr': '|u1', 'fortran_order': False, 'shape': (4L,), }", nil),
      ("{'descr': '|u1', 'fortran_order': False, 'shape': (4), }", "expected ','"),
      ("{'descr': '|u1', 'fortran_order': False, 'shape': (-4,), }", "nonnegative integer"),
      ("{'descr': '|u1', 'fortran_order': 0, 'shape': (4,), }", "expected True or False"),
      ("{'descr': '|u1', 'descr': '|u1'}", "unexpected key \"descr\""),
      ("{'descr': '|u1', 'shape': (4,), }", "a key is missing"),
      ("{'descr': '|u1', 'fortran_order': False, 'shape': (4,), 'x': 1}", "unexpected key \"x\""),
      ("{'descr': '|u1', 'fortran_order': False, 'shape': (4,)} + x", "only blanks"),
      ("{'descr': '|O', 'fortran_order': False, 'shape': (4,)}", "contains Python objects"),
      ("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (4,)}", "contains records"),
      ("{'descr': '<U4', 'fortran_order': False, 'shape': (4,)}", "elements \"<U4\""),
      ("{'descr': '|f4', 'fortran_order': False, 'shape': (1,)}", "elements \"|f4\""),
      ("{'descr': '<f8', 'fortran_order': False, 'shape': (1152921504606846976,)}", "too large"),
      ("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 4611686018427387904)}", "too large"),
      ("{'descr': '|u1', 'fortran_order': False, 'shape': (9223372036854775808,)}", "too large"),
      (
        "{'descr': '|u1', 'fortran_order': False, 'shape': (9223372036854775807,)}", "file can hold"
      ),
      ("__import__('os').system('true')", "expected '{'"),
    ] as [(String, String?)])
  func `a header has three literals and nothing else`(_ text: String, _ message: String?) throws {
    let folder = try Folder()
    let head: [UInt8] = FileFormat.numPy.signature + [1, 0, UInt8(text.utf8.count), 0]
    let path = try folder.write(head + Array(text.utf8) + [1, 2, 3, 4], to: "x.npy")
    let error = fileError { _ = try TensorFile.arrays(path) }
    guard let message else {
      #expect(error == nil, "\(error?.message ?? "")")
      return
    }
    #expect(
      error?.kind == .invalid && error?.message.contains(message) == true,
      "\(error?.message ?? "accepted")")
  }

  @Test func `a declared size does not reserve memory`() throws {
    let folder = try Folder()
    var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.path("deflated.npz"))))
    // The size of the first member in the directory: 2³¹ bytes.
    let directory = try #require(
      bytes.indices.first { bytes[$0...].starts(with: [0x50, 0x4B, 1, 2]) })
    bytes[directory + 27] = 0x80
    let error = fileError {
      _ = try TensorFile.arrays(folder.write(bytes, to: "x"))
    }
    #expect(error?.message.contains("declares an impossible size") == true)
  }
}
