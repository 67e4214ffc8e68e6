import Foundation
import TensorIO
import TestSupport
import Testing

@testable import MetricsFormat

@Suite struct TrainingCurvesTests {
  private func line(_ step: Int, epoch: Int = 1, critic: Int? = nil, _ more: String) -> String {
    "{\"epoch\":\(epoch),\"generator_step\":\(step),\"critic_step\":\(critic ?? 5 * step),\(more)}\n"
  }

  private func curves(_ log: String, width: Int = 900) throws -> TrainingCurves {
    let folder = try Folder(["log": Array(log.utf8)])
    return try TrainingCurves(of: folder.file("log"), width: width)
  }

  @Test func `each metric has its own values, and a line may omit some`() throws {
    let log =
      line(1, #""wasserstein":4,"penalty":null,"other":9"#)
      + line(2, #""wasserstein":3,"penalty":0.5"#) + line(2, #""held_out_wasserstein":2.5"#)
    let curves = try curves(log)
    #expect(curves[.wasserstein].points == [Point(x: 1, y: 4), Point(x: 2, y: 3)])
    #expect(curves[.penalty].points == [Point(x: 2, y: 0.5)])
    #expect(curves[.heldOutWasserstein].points == [Point(x: 2, y: 2.5)])
    #expect(curves.stepMetric == .generatorStep && curves.axis == 1...2)
  }

  @Test(arguments: [(900, 15, 1), (3000, 21, 7), (100_000, 667, 223)])
  func `a long file has larger groups and windows`(
    _ count: Int, _ window: Int, _ stroke: Int
  ) throws {
    let log = (1...count).map { line($0, "\"wasserstein\":\($0 % stroke)") }.joined()
    let curves = try curves(log)
    #expect(curves[.wasserstein].medianSteps == window)
    let strokes = (count + stroke - 1) / stroke
    #expect(curves[.wasserstein].points.count <= 2 * strokes)
    #expect(stroke == 1 || curves[.wasserstein].points.count <= 900)
    #expect(curves[.wasserstein].points.map(\.y).max() == Double(stroke - 1))
    // One median per value; with more values than pixels, about one per pixel.
    let medians = curves[.wasserstein].medians
    #expect(count > 900 ? (450...901).contains(medians.count) : medians.count == count)
    #expect(medians.first?.x == 1 && medians.last?.x == Double(count))
  }

  @Test(arguments: [(48, 15), (3000, 21)])
  func `held-out values do not change the window of the median`(
    _ count: Int, _ window: Int
  ) throws {
    let log = (1...count).map {
      line($0, epoch: $0, "\"wasserstein\":\($0)")
        + line($0, epoch: $0, #""penalty":null,"held_out_wasserstein":1"#)
    }
    let curve = try curves(log.joined())[.wasserstein]
    #expect(curve.medianSteps == window)
    #expect(curve.medians.map(\.x).first == 1 && curve.medians.last?.x == Double(count))
  }

  @Test(arguments: ["", "a\nb", String(repeating: "a", count: 70_000)])
  func `a tensor file has its own error message`(_ text: String) throws {
    let header = "{\"__metadata__\":{\"words\":\"\(text)\"}}"
    let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
    let folder = try Folder(["file": length + Array(header.utf8)])
    var reader = try MetricsReader(InputLines(folder.file("file")))
    for error in [
      #expect(throws: FileError.self) {
        try TrainingCurves(of: folder.file("file"), width: 900)
      },
      #expect(throws: FileError.self) { try reader.next { _ in true } },
    ] {
      #expect(error?.kind == .invalid && error?.message == "is a tensor file, not a metrics file")
    }
  }

  @Test func `a metrics file of Windows gives the same curves`() throws {
    let log = (0..<50).map { line($0, "\"wasserstein\":\($0 % 7)") }.joined()
    let windows = "\u{FEFF}" + log.replacing("\n", with: "\r\n")
    let (expected, found) = (try curves(log), try curves(windows))
    #expect(found.lineCount == 50 && found.axis == expected.axis)
    #expect(
      GnuplotScript(of: found, format: .svg, width: 900).text
        == GnuplotScript(of: expected, format: .svg, width: 900).text)
  }

  @Test func `a file of another format is named`() throws {
    for (text, message) in [
      ("<!DOCTYPE html>\n<html>\n", "is an HTML page, not a metrics file; download the file again"),
      ("step,loss,rate\n1,2,3\n", "line 1: is not a line of metrics"),
      ("%PDF-1.7\n%\u{1}\n", "is a PDF file, not a metrics file"),
    ] {
      let folder = try Folder(["file": Array(text.utf8)])
      let error = fileError { _ = try TrainingCurves(of: folder.file("file"), width: 900) }
      #expect(error?.message == message)
    }
  }

  @Test func `the x axis shows critic steps if only the critic is trained`() throws {
    let more = #""wasserstein":1"#
    let alone = try curves((0..<4).map { line(7, critic: 50 + $0, more) }.joined())
    #expect(alone.stepMetric == .criticStep && alone.axis == 50...53)
    #expect(try curves(line(7, more) + line(7, more)).stepMetric == .generatorStep)
    #expect(try curves((0..<4).map { line($0, more) }.joined()).stepMetric == .generatorStep)
  }

  @Test
  func `an epoch ends at the start of the next one, or at the length of the previous one`()
    throws
  {
    func ends(_ lengths: [Int]) throws -> [Double] {
      var (log, step) = ("", 0)
      for (index, length) in lengths.enumerated() {
        for _ in 0..<length {
          step += 1
          log += line(step, epoch: index + 1, #""wasserstein":1"#)
        }
      }
      let epochs = try curves(log).epochs
      #expect(
        epochs.map(\.number) == Array(1...max(epochs.count, 1)).prefix(epochs.count).map(\.self))
      return epochs.map(\.end)
    }
    #expect(try ends([10, 10, 9]) == [10, 20])
    #expect(try ends([10, 10, 10]) == [10, 20, 30])
    #expect(try ends([10]) == [])
  }

  @Test(arguments: [
    ("", "is empty"), ("{\"epoch\":1", "is not a metrics file"), ("words\n", "line 1: "),
    ("{\"epoch\":1}\n", "line 1: "), ("GOOD{\"epoch\":2\nGOOD", "line 2: "),
    ("GOOD\nGOOD", "line 2: "), ("GOODGOOD{\"epoch\":1,\"generator_step\":-1}\n", "line 3: "),
    ("GOOD{\"epoch\":1.5,\"generator_step\":1}\n", "line 2: "),
    ("{\"epoch\":1,\"generator_step\":1}\n", "contains no values to plot"),
  ])
  func `an invalid line is an error with its number`(_ log: String, _ message: String) {
    let log = log.replacing("GOOD", with: line(1, #""wasserstein":1"#))
    let error = #expect(throws: FileError.self) { try curves(log) }
    #expect(error?.kind == .invalid && error?.message.hasPrefix(message) == true, "\(error as Any)")
  }

  @Test func `a last line without a line end counts if it is complete`() throws {
    let log = line(1, #""wasserstein":1"#) + line(2, #""wasserstein":2"#)
    for count in 0...line(2, #""wasserstein":2"#).utf8.count {
      let points = try curves(String(log.dropLast(count)))[.wasserstein].points
      #expect(points.count == (count < 2 ? 2 : 1))
    }
  }

  @Test func `a plot has a subplot per unit, with tick marks and arrows`() throws {
    let log = (1...600).map { step in
      line(
        step, epoch: (step - 1) / 10 + 1,
        "\"wasserstein\":\(step == 300 ? 1e9 : 0.5),\"lr_critic\":0.1")
    }
    let curves = try curves(log.joined())
    let wide = GnuplotScript(of: curves, format: .svg, width: 900).text
    #expect(wide.contains("set terminal svg size 900, 464 "))
    #expect(wide.contains("'Wasserstein estimate'") && wide.contains("'Learning rates'"))
    #expect(!wide.contains("'Penalty'") && !wide.contains("$lr_generator"))
    #expect(wide.contains("sprintf('↑ %.3g', 1000000000.0)") && !wide.contains("↓"))
    // 60 epochs, with a label for every 5th; for every 10th in a narrow plot.
    #expect(wide.contains("'5' 50.0, '10' 100.0,") && wide.contains("'' 50.0, '' 100.0,"))
    let narrow = GnuplotScript(of: curves, format: .png, width: 360).text
    #expect(narrow.contains("set terminal pngcairo size 720, 1036 "))
    #expect(narrow.contains("set x2tics ('10' 100.0, '20' 200.0,"))
  }

  @Test func `an SVG gets one style and loses empty groups`() {
    let group = "<g fill=\"none\">\n</g>\n"
    let styled = styledSVG(
      "<svg width=\"3\">\n<title>curves9</title>\n<title>curves9_plot_1</title>\n"
        + group + "<path stroke='rgb(  0, 103,165)'/>" + group + "</svg>\n")
    #expect(
      styled.hasPrefix("<svg role=\"img\" aria-label=\"Training curves\" width=\"3\">\n"))
    #expect(styled.components(separatedBy: "<style>").count == 2)
    #expect(styled.contains("[stroke='rgb(0,103,165)'] { stroke: #6ab4f0 }"))
    #expect(styled.hasSuffix("</style>\n\n<path stroke='rgb(0,103,165)'/></svg>\n"))
  }
}
