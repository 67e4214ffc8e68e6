import Foundation
import Testing

/// Tests of `wgan-plot`: its curves, labels and errors.
@Suite(.requires("gnuplot")) struct PlotTests {
  /// A metrics file with 100 steps per epoch. The penalty is null unless `isPenalized`.
  private func metrics(
    _ count: Int, isPenalized: Bool = true, more: (Int) -> String = { _ in "" },
    _ wasserstein: (Int) -> Double
  ) -> String {
    (1...count).map { step in
      let penalty = isPenalized ? "0.5" : "null"
      return
        #"{"epoch":\#((step - 1) / 100 + 1),"generator_step":\#(step),"critic_step":\#(5 * step),"#
        + #""wasserstein":\#(wasserstein(step)),"penalty":\#(penalty),"gradient_norm":\#(penalty),"#
        + #""lr_critic":0.0001,"lr_generator":5e-05\#(more(step)),"seconds":0.01}"# + "\n"
    }.joined()
  }

  private func folder(_ metrics: String) throws -> Shell {
    let shell = try Shell()
    try shell.write("metrics.jsonl", Array(metrics.utf8))
    return shell
  }

  private func draw(_ metrics: String, _ options: String = "") throws -> String {
    let result = try folder(metrics).run("wgan-plot metrics.jsonl \(options)")
    #expect(result.standardError.isEmpty)
    return result.text
  }

  /// The points of a curve in the first subplot. Curve 1 is the raw line, curve 2 the median.
  private func curve(_ number: Int, _ picture: String) throws -> [(x: Double, y: Double)] {
    let group = try #require(
      picture.components(separatedBy: "_plot_\(number)a\"").dropFirst().first?
        .components(separatedBy: "<g id=")[0])
    let color = number == 1 ? "rgb(156,196,230)" : "rgb(0,103,165)"
    let paths = group.components(separatedBy: "<path stroke='\(color)'").dropFirst().map { path in
      path.components(separatedBy: "d='")[1].prefix { $0 != "'" }
    }
    // The first segment is the line sample in the legend.
    let pieces = paths.joined().split(separator: "M").dropFirst()
    return try pieces.joined(separator: " ").split { $0.isWhitespace || $0 == "L" }.map { point in
      let numbers = try point.split(separator: ",").map { try #require(Double($0)) }
      try #require(numbers.count == 2)
      return (numbers[0], numbers[1])
    }
  }

  @Test func `each metric in the file has a subplot, and no other metric has one`() throws {
    let penalized = try draw(metrics(300) { 10 / Double($0) })
    for title in ["Wasserstein estimate", "Penalty", "Gradient norm", "Learning rates"] {
      #expect(penalized.contains(">\(title)<"))
    }
    #expect(!penalized.contains("held out"))
    let clipped = try draw(
      metrics(300, isPenalized: false, more: { $0 % 10 == 0 ? #","held_out_wasserstein":1"# : "" })
      {
        10 / Double($0)
      })
    #expect(!clipped.contains("Penalty") && !clipped.contains("Gradient norm"))
    #expect(clipped.contains(">held out<") && clipped.contains(">Wasserstein estimate<"))
    #expect(clipped.contains("prefers-color-scheme: dark"))
  }

  @Test func `the raw line shows a spike, and the median does not`() throws {
    // Two of three consecutive values are 1, except at the two spikes.
    let picture = try draw(metrics(400) { $0 == 200 || $0 == 400 ? 2 : $0 % 3 == 0 ? 0 : 1 })
    #expect(picture.contains(">median of 15 steps<"))
    let line = try curve(2, picture), heights = Set(try curve(1, picture).map(\.y)).sorted()
    #expect(heights.count == 3 && line.count == 400)
    #expect(Set(line.map(\.y)) == [heights[1]])
    #expect(line.map(\.x) == (try curve(1, picture)).map(\.x), "the median has the same steps")
    #expect(abs(heights[0] + heights[2] - 2 * heights[1]) < 0.1)
  }

  @Test(arguments: [300, 360, 599, 600, 900, 1160, 1800], [30, 3_000_000, 3_000_000_000_000_000])
  func `no label is clipped or overlaps another one`(_ width: Int, _ last: Int) throws {
    // The longest labels: six digits with a sign and an exponent, epochs with as many digits as
    // steps, and the last label at the right edge. The digits of DejaVu Sans are wide.
    let scale = last / 30
    let log = (1...30).map { step in
      #"{"epoch":\#(last - 30 + step),"generator_step":\#(step * scale),"#
        + #""wasserstein":\#(-1_000_010 - step % 6),"penalty":1e-5,"lr_critic":0.0001}"# + "\n"
    }.joined()
    for log in [log, log.split(separator: "\n").dropFirst(15).joined(separator: "\n") + "\n"] {
      let picture = try draw(log, "--width \(width)")
      let texts = picture.matches(
        of: /translate\(([\d.]+),([\d.]+)\)"[^>]*-anchor="(\w+)">\s*<text><tspan[^>]*>([^<]+)</)
      var ends: [Int: Double] = [:]
      let places = try texts.map(\.output).map { _, x, y, anchor, label in
        (try #require(Double(x)), Int(try #require(Double(y)) / 8), anchor, label)
      }
      for (x, row, anchor, label) in places.sorted(by: { $0.0 < $1.0 })
      where label.contains(/^[-0-9.e+]+$|^epoch$/) {
        let length = label == "epoch" ? 40 : 8.27 * Double(label.count)
        let left = x - (anchor == "end" ? length : anchor == "middle" ? length / 2 : 0)
        #expect(left > ends[row] ?? 0 && left + length <= Double(width), "\(label)")
        ends[row] = left + length
      }
      #expect(places.map(\.3).contains("-1.00002e+06") && ends.count > 10)
    }
  }

  @Test func `a plot of many steps has fewer points, and keeps the minimum and maximum`() throws {
    let many = try draw(
      metrics(30_000) { $0 == 12_345 ? -2.5 : $0 == 23_456 ? 2.5 : sin(Double($0)) })
    #expect(many.utf8.count < 250_000)
    let line = try curve(1, many)
    #expect(line.count < 2000)
    // The axis is 240 pixels high and ranges from -3 to 3.
    let heights = line.map(\.y)
    let (top, bottom) = (try #require(heights.min()), try #require(heights.max()))
    #expect(abs(bottom - top - 200) < 0.1)
  }

  @Test func `outliers do not flatten the curve, and an arrow shows their value`() throws {
    let picture = try draw(metrics(2000) { $0 < 5 ? 500 : sin(Double($0)) })
    #expect(picture.contains("↑ 500<"))
    #expect(!picture.contains("↓"))
    let heights = try curve(2, picture).map(\.y)
    #expect(try #require(heights.max()) < 290)
    #expect(!(try draw(metrics(2000) { sin(Double($0)) })).contains("↑"))
  }

  @Test func `the x axis shows critic steps if only the critic trains`() throws {
    let shell = try folder(metrics(300) { sin(Double($0)) })
    let script = #"sed -E 's/("generator_step":)[0-9]*/\131/' metrics.jsonl | wgan-plot"#
    let picture = (try shell.run(script)).text
    #expect(picture.contains(">critic step<"))
    #expect(Set(try curve(2, picture).map(\.x)).count == 300)
    #expect(try draw(metrics(300) { 10 / Double($0) }).contains(">generator step<"))
  }

  @Test func `a pipe, a file and -o give the same picture`() throws {
    let shell = try folder(metrics(250) { 10 / Double($0) })
    try shell.run(
      """
      echo old > curves.svg; chmod 640 curves.svg; ln -s curves.svg link.svg
      wgan-plot metrics.jsonl > one; wgan-plot < metrics.jsonl > two; cat metrics.jsonl | wgan-plot - > three
      wgan-plot metrics.jsonl -o link.svg
      for name in two three curves.svg; do cmp one $name; done
      test "$(stat -c %a curves.svg)" = 640; test -L link.svg
      wgan-plot metrics.jsonl -o curves.png; wgan-plot metrics.jsonl --format png | cmp - curves.png
      head -c 4 curves.png | grep -aq PNG
      """)
    #expect(
      try shell.files().keys.sorted() == [
        "curves.png", "curves.svg", "link.svg", "metrics.jsonl", "one", "three", "two",
      ])
  }

  @Test func `an incomplete last line is ignored`() throws {
    let whole = metrics(250) { 10 / Double($0) }
    #expect(try draw(whole) == draw(whole + #"{"epoch":3,"generator_step":2"#))
  }

  @Test func `invalid input is a one-line error with the documented status, and no file changes`()
    throws
  {
    let shell = try folder(metrics(20) { 10 / Double($0) })
    try shell.run(
      """
      echo precious > old.svg; : > empty; echo some words > words; mkdir folder
      head -c 99999 /dev/zero | tr '\\0' x > images
      { printf '\\100\\0\\0\\0\\0\\0\\0\\0{"__metadata__":{}}'; cat images; } > file.tensor
      sed '7s/.$//' metrics.jsonl > broken; sed '7s/0.0001/nan/' metrics.jsonl > nan
      """)
    let before = try shell.files()
    for (arguments, status, message) in [
      ("nothing -o old.svg", 66, "nothing: no such file"),
      ("folder -o old.svg", 66, "folder: is a directory"),
      ("empty -o old.svg", 65, "empty: is empty"),
      ("words -o old.svg", 65, "words: line 1: is not a line of metrics"),
      ("file.tensor -o old.svg", 65, "file.tensor: is a tensor file, not a metrics file"),
      ("< file.tensor -o old.svg", 65, "standard input: is a tensor file, not a metrics file"),
      ("broken -o old.svg", 65, "broken: line 7: is not a line of metrics"),
      ("nan -o old.svg", 65, "nan: line 7: is not a line of metrics"),
      ("metrics.jsonl -o nowhere/x.svg", 73, "nowhere/x.svg: no such file or directory"),
      ("metrics.jsonl -o folder --format svg", 73, "folder: is a directory"),
      ("metrics.jsonl > /dev/full", 74, "standard output: no space left on device"),
      ("metrics.jsonl -o metrics.jsonl --format svg", 64, "metrics.jsonl: is also an input"),
      ("metrics.jsonl -o old.gif", 64, "use --format"),
      ("metrics.jsonl --format gif -o old.svg", 64, "--format"),
      ("metrics.jsonl --width 12 -o old.svg", 64, "--width"),
      ("metrics.jsonl empty -o old.svg", 64, "unexpected argument 'empty'"),
      ("--colour -o old.svg", 64, "--colour"),
      ("metrics.jsonl -o", 64, "missing value for '-o <file>'"),
    ] as [(String, Int32, String)] {
      let result = try shell.run("wgan-plot \(arguments)", status: status)
      #expect(
        result.standardError.hasPrefix("wgan-plot: ") && result.standardError.contains(message),
        "\(result)")
      #expect(result.standardError.split(separator: "\n").count == 1, "\(result)")
      #expect(try shell.files() == before, "\(arguments)")
    }
  }
}
