import Foundation
import Testing

/// Tests of `wgan-step --held-out` over several calls.
@Suite struct HeldOutRunTests {
  @Test
  func `each epoch of an interrupted run has one line, and the checkpoint does not change`()
    throws
  {
    let shell = try workshop()
    try shell.write("other.idx", idx([70, 8, 8], salt: 3))
    let result = try shell.run(
      """
      idx2tensor other.idx -o other.tensor
      step() { wgan-step --data images.tensor "$@"; }
      step mlp-gp.bin --epochs 3 --held-out other.tensor --metrics log -o end
      step mlp-gp.bin --epochs 3 | cmp - end
      cp mlp-gp.bin run
      for epoch in 1 2 2 3; do
        step run --until-epoch $epoch --threads 1 --held-out other.tensor --metrics parts -o run
        cp run saved
        # As after a kill: these steps and their lines are lost, with the line of the epoch.
        step run --epochs 1 --held-out other.tensor --metrics parts > lost
      done
      step saved --steps 1 --metrics parts -o run
      diff <(grep held_out log) <(grep held_out parts)
      grep held_out log
      """)
    let lines = result.text.split(separator: "\n")
    #expect(lines.count == 3)
    for (index, line) in lines.enumerated() {
      let fields = try #require(
        JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Double])
      #expect(
        fields["epoch"] == Double(index + 1) && fields["critic_step"] == Double(7 * (index + 1)))
      #expect(try #require(fields["held_out_wasserstein"]).isFinite)
    }
  }

  @Test func `a non-finite estimate is null in the metrics, with one warning`() throws {
    let shell = try workshop()
    try shell.write("other.idx", idx([70, 8, 8], salt: 64 * 150))
    // After one critic step on all images, the weights are so large that the scores overflow.
    let result = try shell.run(
      """
      idx2tensor other.idx -o other.tensor
      wgan-init --preset mlp-gp --like images.tensor --batch-size 150 --learning-rate 1e30 -o wild.bin
      step() { wgan-step wild.bin --only critic --data images.tensor --epochs 1 "$@"; }
      step --held-out other.tensor --metrics log -o end
      step | cmp - end
      tail -n 1 log
      metrics2tb log > events; test -s events
      """)
    #expect(
      result.text
        == #"{"epoch":1,"generator_step":0,"critic_step":1,"held_out_wasserstein":null}"# + "\n")
    #expect(
      result.standardError
        == "wgan-step: warning: other.tensor: the estimate after epoch 1 is not finite; "
        + "the metrics have null (a smaller learning rate may help)\n")
    for line in String(decoding: try shell.read("log"), as: UTF8.self).split(separator: "\n") {
      #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
    }
  }

  @Test(.requires("gnuplot"))
  func `a metrics file with a null estimate can be plotted`() throws {
    let shell = try Shell()
    try shell.run(
      """
      for step in 1 2 3; do
        echo "{\\"epoch\\":$step,\\"generator_step\\":$step,\\"critic_step\\":$step,\\"wasserstein\\":$step}"
        echo "{\\"epoch\\":$step,\\"generator_step\\":$step,\\"critic_step\\":$step,\\"held_out_wasserstein\\":null}"
      done > log
      wgan-plot log > picture; has '<svg' picture
      """)
  }

  @Test func `invalid options are errors before any file is written`() throws {
    let shell = try workshop()
    let step = "wgan-step mlp-gp.bin --data images.tensor --epochs 1 -o end"
    let cases = [
      ("--held-out images.tensor", 64 as Int32, "--held-out needs --metrics"),
      (
        "--held-out images.tensor --metrics log --only generator", 64,
        "--held-out needs epochs of the critic"
      ),
      ("--held-out nowhere --metrics log", 66, "nowhere: no such file"),
      ("--held-out mlp-gp.bin --metrics log", 65, "mlp-gp.bin: is a checkpoint, not images"),
      ("--held-out small.tensor --metrics log", 65, "small.tensor: images are 1x4x4"),
      (
        "--held-out other.tensor --metrics log -o other.tensor", 64,
        "other.tensor: is also an input"
      ),
    ]
    try shell.write("small.idx", idx([70, 4, 4]))
    try shell.run(
      "cp images.tensor other.tensor; idx2tensor small.idx -o small.tensor")
    for (options, status, message) in cases {
      let result = try shell.run("\(step) \(options)", status: status)
      #expect(result.standardError.contains(message), "\(result)")
      #expect(try shell.files()["end"] == nil && shell.files()["log"] == nil)
    }
  }

  @Test func `the first call warns about held-out images that are also in the training data`()
    throws
  {
    let shell = try workshop()
    // All images of 64 bytes in the pattern are different.
    try shell.write("later.idx", idx([70, 8, 8], salt: 64 * 140))
    try shell.write("none.idx", idx([9, 8, 8], salt: 64 * 150))
    let result = try shell.run(
      """
      for name in later none; do idx2tensor $name.idx -o $name.tensor; done
      png2tensor <(tensor2png later.tensor -n 1 --padding 0) -o one.tensor
      step() { wgan-step mlp-gp.bin --data images.tensor --epochs 1 --metrics log "$@" > end; }
      step --held-out later.tensor; step --held-out later.tensor; rm log
      step --held-out none.tensor; rm log
      step --held-out one.tensor; rm log
      step --held-out images.tensor
      """)
    #expect(
      result.standardError == """
        wgan-step: warning: later.tensor: 10 of 70 images are also in the training data
        wgan-step: log: removed 2 lines after the last step of mlp-gp.bin
        wgan-step: warning: one.tensor: 1 of 1 images is also in the training data
        wgan-step: warning: images.tensor: 150 of 150 images are also in the training data

        """)
  }
}
