import Foundation
import Testing

/// Tests of `make film` and `make report` with a run on 8 × 8 images.
@Suite(.requires("gnuplot", "pamcat", "apngasm", "jq")) struct ReportTests {
  private func make(_ target: String, _ run: String = "run") -> String {
    "make -s -C \(Shell.checkout) \(target) TOOLS=\"$TOOLS\" OUT=\"$PWD/\(run)\""
  }

  private func trained(_ epochs: Int, on data: String = "images") throws -> Shell {
    let shell = try Shell()
    try shell.write("images", idx([110, 8, 8]))
    try shell.run(
      """
      idx2tensor images -o made.tensor; mkdir pictures
      for n in {0..29}; do tensor2png made.tensor -n 1 --first $n --padding 0 -o pictures/$n.png; done
      \(make("train")) BATCH=20 EPOCHS=\(epochs) DATA="$PWD"/\(data)
      """)
    return shell
  }

  private func bytes(_ text: String) -> Data { Data(text.utf8) }

  @Test func `images with alpha or many channels are trained, drawn, filmed and reported`() throws {
    let shell = try Shell()
    for channels in [2, 4, 6] {
      try shell.write("images\(channels)", idx([30, UInt32(channels), 8, 8]))
    }
    let result = try shell.run(
      """
      for channels in 2 4 6; do
        idx2tensor images$channels -o $channels.tensor; mkdir $channels; cd $channels
        \(make("train")) BATCH=10 PRESET=mlp-gp EPOCHS=2 DATA="$OLDPWD/$channels.tensor"; \(make("report"))
        band=''; ((channels < 6)) || band='--band 0'
        wgan-sample run/checkpoint | tensor2png $band --scale 2 | cmp - run/samples/epoch-0002.png
        has "tensor2png --scale 2 *$band &gt; grid.png" run/report.html
        tensor2png --spread -n 30 --scale 2 $band run/images.tensor | base64 -w 0 > data
        has -F "$(head -c 4000 data)" run/report.html
        pngtopnm run/film.png > film; test "$(pamfile -size film)" = "152 608"; test -s run/film.apng; cd ..
      done
      """)
    #expect(result.standardError.components(separatedBy: "show only channel 0").count == 2)
  }

  @Test func `the film has the left column of each epoch's sample grid`() throws {
    let shell = try trained(3)
    // A cell is 16 pixels wide with 2 pixels of padding. It is scaled by 4, because a column is at least
    // 56 pixels wide.
    try shell.run(
      """
      \(make("film"))
      pngtopnm run/film.png > film
      test "$(pamfile -size film)" = "$((2 * 72 + 72 + 8)) $((24 + 4 * 146))"
      for epoch in 1 2 3; do
        pngtopnm run/samples/epoch-000$epoch.png | pamcut -width=18 | pamenlarge 4 > expected
        pamcut -left=$((72 * (epoch - 1))) -width=72 -top=24 film | cmp - expected
      done
      test -z "$(find run -name '*partial*')"
      """)
    let film = try shell.read("run/film.apng")
    #expect(film.range(of: bytes("acTL") + Data([0, 0, 0, 3, 0, 0, 0, 0])) != nil)
    // The delays are fractions of a second: 1/4 twice, then 300/100.
    #expect(film.indices(of: bytes("fcTL"), then: Data([0, 1, 0, 4]), after: 20) == 2)
    #expect(film.indices(of: bytes("fcTL"), then: Data([1, 44, 0, 100]), after: 20) == 1)
    // A viewer without support for animations shows the last picture.
    try shell.run(
      """
      pngtopnm run/samples/epoch-0003.png | pamenlarge 4 > expected
      pngtopnm run/film.apng | pamcut -top=24 | cmp - expected
      """)
    let control = try #require(film.range(of: bytes("fcTL")))
    let image = try #require(film.range(of: bytes("IDAT")))
    #expect(image.upperBound < control.lowerBound)
  }

  @Test func `a color film has a palette, which is exact for a few colors`() throws {
    let shell = try Shell()
    // One run with noise in each picture, and one with a few colors.
    try shell.run(
      """
      mkdir -p noisy/samples plain/samples
      for epoch in 1 2 3; do
        head -c $((3 * 256 * 256)) /dev/urandom > noise
        { printf 'P6 256 256 255\n'; cat noise; } | pnmtopng -quiet > noisy/samples/epoch-000$epoch.png
        ppmmake rgb:${epoch}0/80/f0 256 256 | pnmtopng -quiet > plain/samples/epoch-000$epoch.png
      done
      for run in noisy plain; do
        \(Shell.checkout)/scripts/film $run
        test "$(pngtopnm $run/film.apng | ppmhist -noheader | wc -l)" -le 256
      done
      pngtopnm plain/samples/epoch-0003.png | pamenlarge 2 > expected
      pngtopnm plain/film.apng | pamcut -top=24 | cmp - expected
      """)
    // At most one byte per pixel instead of three, for four pictures at twice the size.
    #expect(try shell.read("noisy/film.apng").count < 4 * 256 * 256 * 2)
  }

  @Test func `a film of many pictures shows those nearest to evenly spaced epochs`() throws {
    let shell = try Shell()
    // A picture for every epoch, then for every 10th, then for every 50th. The gray value of epoch N is
    // N / 4 of 255.
    try shell.run(
      """
      mkdir -p run/samples
      draw() { pgmmake $(printf %.5f $((100000 * $1 / 4 / 255))e-5) 448 448 | pnmtopng -quiet; }
      for epoch in $(seq 40) $(seq 50 10 100) $(seq 150 50 950); do
        draw $epoch > run/samples/epoch-$(printf %04d $epoch).png
      done
      \(Shell.checkout)/scripts/film run
      pngtopnm run/film.png | pamcut -top=24 > film
      for epoch in 1 50 100 150 200 250 300 350 400 450 500 550 600 650 700 750 800 850 900 950; do
        draw $epoch | pngtopnm | pamcut -width=56
      done > pictures
      pamsplit pictures column%d.pgm
      pamcat -leftright $(printf 'column%d.pgm ' {0..19}) | cmp - film
      """)
    let film = try shell.read("run/film.apng")
    // Epochs 1, 40 and 80, and all epochs from 100.
    #expect(film.range(of: bytes("acTL") + Data([0, 0, 0, 21, 0, 0, 0, 0])) != nil)
  }

  @Test func `a report is self-contained and escapes all text from files`() throws {
    let shell = try trained(2)
    let name = "<b>&'s $5"
    try shell.run("mv run \"<b>&'s \\$5\"")
    let report = "\(Shell.checkout)/scripts/report \"<b>&'s \\$5\""
    try shell.run("sed -i 's/^data .*/data <i>.gz/' \"<b>&'s \\$5/config\"; \(report)")
    let page = String(decoding: try shell.read("\(name)/report.html"), as: UTF8.self)
    #expect(page.contains("<h1>&lt;b&gt;&amp;'s $5</h1>"))
    #expect(page.contains("<td>&lt;i&gt;.gz</td>"))
    for word in ["<b>", "<i>", "<script", "<link", "url(", "@import", "<h2>Scores"] {
      #expect(!page.contains(word), "\(word)")
    }
    for attribute in ["src=\"", "href=\""] {
      for part in page.components(separatedBy: attribute).dropFirst() {
        #expect(part.hasPrefix("data:image/") || attribute == "href=\"" && part.hasPrefix("#"))
      }
    }
    #expect(page.contains("default-src 'none'"))
    // The last sample grid, the film, and two plots: a wide and a narrow one.
    let picture = try shell.read("\(name)/samples/epoch-0002.png").base64EncodedString()
    #expect(page.contains("data:image/png;base64,\(picture)\""))
    let film = try shell.read("\(name)/film.apng").base64EncodedString()
    #expect(page.contains("data:image/apng;base64,\(film)\""))
    #expect(page.components(separatedBy: "<svg ").count == 3)
    #expect(page.contains("<th scope=\"row\">Batch size</th><td>20</td>"))
    #expect(page.contains("<code>tanh</code>"))

    try shell.run(
      """
      printf '{"epoch":1,"score":1.5e-7}\\n{"epoch":2,"score":123.45678,"words":"<b>"}\\n' > "<b>&'s \\$5/scores.jsonl"
      \(report)
      """)
    let scored = String(decoding: try shell.read("\(name)/report.html"), as: UTF8.self)
    #expect(scored.contains("<h2>Scores"))
    #expect(scored.contains("<tr><td>1</td><td>1.5e-07</td><td></td></tr>"))
    #expect(scored.contains("<tr><td>2</td><td>123.46</td><td>&lt;b&gt;</td></tr>"))
  }

  @Test(arguments: [
    "images", "pictures SIZE=8", "made.tensor HELD_OUT=$PWD/made.tensor",
    "pictures CONVERT='png2tensor --size 8 --background #ff0000'",
  ])
  func `the commands in a report reproduce the run`(data: String) throws {
    let shell = try trained(2, on: data)
    try shell.run("\(make("report"))")
    let page = String(decoding: try shell.read("run/report.html"), as: UTF8.self)
    let block = try #require(page.components(separatedBy: "<pre><code>").dropFirst().first)
      .components(separatedBy: "</code>")[0]
      .replacingOccurrences(of: "&gt;", with: ">")
    let lines = block.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count == (data.contains("HELD_OUT") ? 8 : 7))
    #expect(lines[0].hasPrefix("make train") && lines[1].hasPrefix("make report"))
    #expect(lines[0].hasSuffix("/run-again") && lines[1].hasSuffix("/run-again"))
    try shell.run(
      """
      PATH="\(Shell.checkout)/scripts:$PATH"
      \(lines[0]) -s -C \(Shell.checkout) TOOLS="$TOOLS"
      diff -r -x metrics.jsonl -x 'film*' -x report.html run run-again
      \(lines[2...].joined(separator: "\n"))
      cmp ckpt.bin run/checkpoint; cmp grid.png run/samples/epoch-0002.png; test -s curves.svg
      """)
  }

  @Test func `a report shows the median estimate of the last generator steps`() throws {
    let shell = try trained(1)
    for (values, expected) in [
      // The median is over the last tenth of the steps, and over at most 201 of them.
      ("1 2 7", "7"), ("$(seq 20)", "19.5"), ("$(seq 3000) $(printf '7 %.0s' {1..101})", "7"),
      ("$(printf '8 -9 8 8 8 8 8 8 8 8 %.0s' {1..30})", "8"), ("-0.25", "-0.25"),
      ("2 1e-05", "1e-05"),
    ] {
      // The file has held-out estimates between the steps, and ends with an incomplete line.
      try shell.run(
        """
        for value in \(values); do
          step='"epoch":1,"generator_step":'$((++n))',"critic_step":'$n
          echo '{'$step',"wasserstein":'$value',"penalty":null,"gradient_norm":null,"critic_real":1,'\
        '"critic_fake":0,"lr_critic":1,"lr_generator":1,"seconds":1}'
          echo '{'$step',"held_out_wasserstein":500}'
        done > run/metrics.jsonl
        printf '{"epoch":1,"wasserstein":66' >> run/metrics.jsonl
        \(Shell.checkout)/scripts/report run
        """)
      let page = String(decoding: try shell.read("run/report.html"), as: UTF8.self)
      #expect(page.contains("Final Wasserstein estimate</dt><dd>\(expected)</dd>"), "\(expected)")
    }
  }

  @Test func `a report for a symbolic link shows the run, and its commands create a new run`()
    throws
  {
    let shell = try trained(1)
    try shell.run(
      """
      mkdir -p runs/nightly taken/run-again taken/run-again-2
      mv run runs/nightly/today; ln -s today runs/nightly/current
      \(Shell.checkout)/scripts/report runs/nightly/current/
      page=runs/nightly/today/report.html
      has '<h1>today</h1>' $page
      test "$(grep -c ' RUN=nightly/today-again$' $page)" = 2
      mv runs/nightly/today taken/run
      \(Shell.checkout)/scripts/report taken/run
      test "$(grep -c " OUT=$PWD/taken/run-again-3$" taken/run/report.html)" = 2
      """)
  }

  @Test func `an invalid run is a one-line error, and the old report is kept`() throws {
    let shell = try trained(1)
    try shell.run("\(make("report")); mv run/report.html old.html")
    for (damage, status, message) in [
      ("rm run/checkpoint", 66, "checkpoint: no such file"),
      (": > run/checkpoint", 65, "checkpoint: is empty"),
      ("cp images run/checkpoint", 65, "checkpoint: is an IDX file, not a tensor file"),
      ("cp run/images.tensor run/checkpoint", 65, "checkpoint: is not a checkpoint"),
      ("rm run/samples/*", 66, "samples: contains no sample grids"),
      (
        "rm run/film.png; echo words > run/samples/epoch-0001.png", 65,
        "epoch-0001.png: is not a PNG"
      ),
      ("echo words > run/metrics.jsonl", 65, "metrics.jsonl: line 1: is not a line of metrics"),
      ("echo words > run/scores.json", 65, "scores.json: is not valid JSON"),
    ] {
      let result = try shell.run(
        """
        rm -rf safe; cp -a run safe; \(damage); cp old.html run/report.html
        exits \(status) \(Shell.checkout)/scripts/report run
        cmp old.html run/report.html; rm -rf run; mv safe run
        """)
      #expect(result.standardError.contains(message), "\(damage): \(result)")
      #expect(result.standardError.split(separator: "\n").count == 1, "\(result)")
    }
  }
}

extension Data {
  /// The number of times that `word` occurs with `bytes` at the distance `gap` after its end.
  fileprivate func indices(of word: Data, then bytes: Data, after gap: Int) -> Int {
    var (count, place) = (0, startIndex)
    while let range = self[place...].range(of: word) {
      let start = range.upperBound + gap
      if start + bytes.count <= endIndex, self[start..<start + bytes.count] == bytes { count += 1 }
      place = range.upperBound
    }
    return count
  }
}
