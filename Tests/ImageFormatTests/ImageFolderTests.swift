import Foundation
import TensorIO
import TestSupport
import Testing

@testable import ImageFormat

@Suite("Drawing images as one PNG each") struct ImageFolderTests {
  private let folder = NSTemporaryDirectory() + "ImageFolderTests-" + UUID().uuidString

  /// Draws images, and returns the files by name. The folder is removed.
  private func drawn(
    _ file: TensorFile, _ selection: ImageSelection = ImageSelection(), scale: Int = 1,
    alpha: AlphaMode = .keep, threads: Int = 2
  ) throws -> [String: DecodedPNG] {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try drawEachImage(
      of: file, selection, into: folder, scale: scale, alpha: alpha, threads: threads)
    var files: [String: DecodedPNG] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
      let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)"))
      let png = try #require(DecodedPNG(png: [UInt8](data)))
      files[name] = png
    }
    return files
  }

  /// Three images of one pixel with labels.
  private func labeled(
    _ type: ElementType, _ labels: [UInt8], _ names: [String: String] = [:]
  ) throws -> TensorFile {
    let labels = (TensorEntry("labels", type, [3]), labels)
    let images = (TensorEntry("images", .u8, [3, 1, 1, 1]), [7, 8, 9] as [UInt8])
    return try tensorFile(metadata: names, type == .u8 ? [images, labels] : [labels, images])
  }

  @Test func `names have the digits of the last index, and files the pixels of their images`()
    throws
  {
    let file = try images([101, 1, 1, 2], (0..<202).map { UInt8($0) })
    for threads in [1, 3] {
      let files = try drawn(file, threads: threads)
      #expect(files.keys.sorted() == (0...100).map { String(format: "%03d.png", $0) })
      for index in 0...100 {
        let name = String(format: "%03d.png", index)
        let pixels = [UInt8(2 * index), UInt8(2 * index + 1)]
        #expect(files[name] == DecodedPNG(width: 2, height: 1, channels: 1, pixels: pixels))
      }
    }
    let ten = try images([10, 1, 1, 1], Array(0..<10))
    #expect(try drawn(ten).keys.sorted() == (0...9).map { "\($0).png" })
  }

  @Test func `the selection, the scale and the band apply to single files`() throws {
    let file = try images([100, 2, 1, 1], (0..<200).map { UInt8($0) })
    let some = try drawn(file, ImageSelection(first: 50, count: 2, spread: true, band: 1), scale: 2)
    #expect(some.keys.sorted() == ["50.png", "75.png"])
    #expect(
      some["75.png"] == DecodedPNG(width: 2, height: 2, channels: 1, pixels: [151, 151, 151, 151]))
  }

  @Test func `alpha is kept, or drawn over the same checkerboard as in a grid`() throws {
    let file = try images([1, 4, 1, 2], [1, 2, 11, 12, 21, 22, 0, 255])
    #expect(try drawn(file)["0.png"]?.pixels == [1, 11, 21, 0, 2, 12, 22, 255])
    let checkered = try drawn(file, alpha: .checkerboard)["0.png"]
    #expect(checkered?.pixels == [204, 204, 204, 2, 12, 22] && checkered?.channels == 3)
  }

  @Test func `names contain the label, by its name if it has one`() throws {
    #expect(
      try drawn(labeled(.u8, [3, 0, 255])).keys.sorted() == ["0-3.png", "1-0.png", "2-255.png"])
    let names = ["label.3": "T-shirt/top", "label.0": "ö\u{1b}\n?", "label.07": "no label"]
    #expect(
      try drawn(labeled(.u8, [3, 0, 7], names)).keys.sorted()
        == ["0-T-shirt_top.png", "1-ö___.png", "2-7.png"])
    let wide = [-2, 300, 1].flatMap { (label: Int64) in
      (0..<8).map { UInt8(truncatingIfNeeded: label >> ($0 * 8)) }
    }
    #expect(
      try drawn(labeled(.i64, wide, ["label.300": "c"])).keys.sorted()
        == ["0--2.png", "1-c.png", "2-1.png"])
  }

  @Test func `names of labels that become equal or empty are replaced by numbers`() throws {
    let names = ["label.0": "a/b", "label.1": "a:b", "label.2": ""]
    #expect(
      try drawn(labeled(.u8, [0, 1, 2], names)).keys.sorted() == ["0-0.png", "1-1.png", "2-2.png"])
    let long = String(repeating: "é", count: 60)
    let name = "0-\(String(repeating: "é", count: 50)).png"
    #expect(try drawn(labeled(.u8, [0, 1, 2], ["label.0": long])).keys.sorted()[0] == name)
  }

  @Test func `labels that do not belong to the images are an error, and nothing is written`() throws
  {
    let pixels = (TensorEntry("images", .u8, [3, 1, 1, 1]), [7, 8, 9] as [UInt8])
    let file = try tensorFile([pixels, (TensorEntry("labels", .u8, [2]), [1, 2])])
    let error = fileError { _ = try drawn(file) }
    #expect(error?.kind == .invalid)
    #expect(
      error?.message
        == "tensor labels is not one integer per image (expected U8 or I64, 3; found U8, 2)")
    #expect(!FileManager.default.fileExists(atPath: folder))
  }

  @Test func `NaN is an error with the number of written images, for any number of threads`() throws
  {
    var values = [Float](repeating: 0, count: 200)
    (values[120], values[121]) = (.nan, .nan)
    let file = try images([200, 1, 1, 1], values)
    for threads in [1, 4] {
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let error = fileError { try drawEachImage(of: file, into: folder, threads: threads) }
      let count = try FileManager.default.contentsOfDirectory(atPath: folder).count
      #expect(error?.kind == .invalid && count >= 120)
      #expect(
        error?.message
          == "image 120 (counted from 0) contains NaN (\(count) of 200 images were written)")
    }
  }
}
