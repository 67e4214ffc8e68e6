import Foundation
import Testing

/// `make film` and `make report`, of a run of 8 × 8 images.
@Suite(
  .enabled(
    if: isInstalled("gnuplot", "pamcat", "apngasm", "jq"),
    "gnuplot, netpbm, apngasm or jq is not installed"))
struct ReportTests {
  private func make(_ target: String, _ run: String = "run") -> String {
    "make -s -C \(Shell.checkout) \(target) TOOLS=\"$TOOLS\" OUT=\"$PWD/\(run)\""
  }

  private func trained(_ epochs: Int, on data: String = "images") throws -> Shell {
    let shell = try Shell()
    try shell.write("images", idx([110, 8, 8]))
    try shell.succeed(
      """
      idx2tensor images -o made.tensor; mkdir pictures
      for n in {0..29}; do tensor2png made.tensor -n 1 --first $n --padding 0 -o pictures/$n.png; done
      \(make("train")) BATCH=20 EPOCHS=\(epochs) DATA="$PWD"/\(data)
      """)
    return shell
  }

  private func bytes(_ text: String) -> Data { Data(text.utf8) }

  @Test func `the film has the left column of each epoch's picture`() throws {
    let shell = try trained(3)
    // A cell is 16 pixels and 2 between; four times as large, as 56 is the least.
    try shell.succeed(
      """
      set -e
      \(make("film"))
      pngtopnm run/film.png > film
      test "$(pamfile -size film)" = "$((2 * 72 + 72 + 8)) $((24 + 4 * 146))"
      for epoch in 1 2 3; do
        pngtopnm run/samples/epoch-000$epoch.png | pamcut -width=18 | pamenlarge 4 > expected
        pamcut -left=$((72 * (epoch - 1))) -width=72 -top=24 film | cmp - expected
      done
      test -z "$(ls run | grep partial)"
      """)
    let film = try shell.read("run/film.apng")
    #expect(film.range(of: bytes("acTL") + Data([0, 0, 0, 3, 0, 0, 0, 0])) != nil)
    // The delays, a fraction each: two of 1/4 s, then 3 s.
    #expect(film.indices(of: bytes("fcTL"), then: Data([0, 1, 0, 4]), after: 20) == 2)
    #expect(film.indices(of: bytes("fcTL"), then: Data([1, 44, 0, 100]), after: 20) == 1)
  }

  @Test func `of many epochs a film shows a few, the first and the last among them`() throws {
    let shell = try trained(2)
    try shell.succeed(
      """
      set -e
      for epoch in $(seq -w 0003 0099); do cp run/samples/epoch-0001.png run/samples/epoch-$epoch.png; done
      cp run/samples/epoch-0002.png run/samples/epoch-10000.png
      \(make("film"))
      pngtopnm run/film.png > film
      test "$(pamfile -size film)" = "$((20 * 72 + 8)) $((24 + 4 * 146))"
      for place in 1:0001 20:10000; do
        pngtopnm run/samples/epoch-${place#*:}.png | pamcut -width=18 | pamenlarge 4 > expected
        pamcut -left=$((72 * (${place%:*} - 1))) -width=72 -top=24 film | cmp - expected
      done
      """)
    let film = try shell.read("run/film.apng")
    #expect(film.range(of: bytes("acTL") + Data([0, 0, 0, 40, 0, 0, 0, 0])) != nil)
  }

  @Test func `a report holds all that it shows, and nothing that a file says is markup`() throws {
    let shell = try trained(2)
    let name = "<b>&'s $5"
    try shell.succeed("mv run \"<b>&'s \\$5\"")
    let report = "\(Shell.checkout)/scripts/report \"<b>&'s \\$5\""
    try shell.succeed("sed -i 's/^data .*/data <i>.gz/' \"<b>&'s \\$5/config\" && \(report)")
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
    // The last picture as it is; the film; two plots, for a desk and for a telephone.
    let picture = try shell.read("\(name)/samples/epoch-0002.png").base64EncodedString()
    #expect(page.contains("data:image/png;base64,\(picture)\""))
    let film = try shell.read("\(name)/film.apng").base64EncodedString()
    #expect(page.contains("data:image/apng;base64,\(film)\""))
    #expect(page.components(separatedBy: "<svg ").count == 3)
    #expect(page.contains("<th scope=\"row\">Batch size</th><td>20</td>"))
    #expect(page.contains("<code>tanh</code>"))

    try shell.succeed(
      """
      printf '{"epoch":1,"score":2.5}\\n{"epoch":2,"score":1.25,"words":"<b>"}\\n' > "<b>&'s \\$5/scores.jsonl"
      \(report)
      """)
    let scored = String(decoding: try shell.read("\(name)/report.html"), as: UTF8.self)
    #expect(scored.contains("<h2>Scores"))
    #expect(scored.contains("<tr><td>2</td><td>1.25</td><td>&lt;b&gt;</td></tr>"))
  }

  @Test(arguments: ["images", "pictures SIZE=8", "made.tensor HELD_OUT=$PWD/made.tensor"])
  func `the commands of a report make the same run`(data: String) throws {
    let shell = try trained(2, on: data)
    try shell.succeed("\(make("report"))")
    let page = String(decoding: try shell.read("run/report.html"), as: UTF8.self)
    let block = try #require(page.components(separatedBy: "<pre><code>").dropFirst().first)
      .components(separatedBy: "</code>")[0]
      .replacingOccurrences(of: "&gt;", with: ">")
    let lines = block.split(separator: "\n").filter { !$0.hasPrefix("#") }
    #expect(lines.count == (data.contains("HELD_OUT") ? 8 : 7))
    #expect(lines[0].hasPrefix("make train") && lines[1].hasPrefix("make report"))
    try shell.succeed(
      """
      set -e
      PATH="\(Shell.checkout)/scripts:$PATH"
      \(lines[0]) -s -C \(Shell.checkout) TOOLS="$TOOLS" OUT="$PWD/again"
      diff -r -x metrics.jsonl -x 'film*' -x report.html run again
      \(lines[2...].joined(separator: "\n"))
      cmp ckpt.bin run/checkpoint; cmp grid.png run/samples/epoch-0002.png; test -s curves.svg
      """)
  }

  @Test func `what is no run is one line, and an old report stays`() throws {
    let shell = try trained(1)
    try shell.succeed("\(make("report")) && mv run/report.html old.html")
    for (damage, words) in [
      ("rm run/checkpoint", "checkpoint: no such file"),
      (": > run/checkpoint", "checkpoint: is empty"),
      ("cp images run/checkpoint", "checkpoint: is an IDX file, not a tensor file"),
      ("cp run/images.tensor run/checkpoint", "checkpoint: is not a checkpoint"),
      ("rm run/samples/*", "samples: no pictures"),
      ("rm run/film.png; echo words > run/samples/epoch-0001.png", "epoch-0001.png: is not a PNG"),
      ("echo words > run/metrics.jsonl", "metrics.jsonl: line 1: not a line of metrics"),
      ("echo words > run/scores.json", "scores.json: is not JSON"),
    ] {
      let result = try shell.run(
        """
        rm -rf safe; cp -a run safe; \(damage); cp old.html run/report.html
        \(Shell.checkout)/scripts/report run; status=$?
        cmp old.html run/report.html || status=1; rm -rf run; mv safe run; exit $status
        """)
      #expect([65, 66].contains(result.status), "\(damage): \(result.status)")
      #expect(result.words.contains(words), "\(damage): \(result.words)")
      #expect(result.words.split(separator: "\n").count == 1, "\(result.words)")
    }
  }
}

extension Data {
  /// How often a word comes with certain bytes so far behind its end.
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
