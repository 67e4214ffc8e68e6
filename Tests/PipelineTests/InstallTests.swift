import Foundation
import Testing

/// Tests of `make install` and `make uninstall`: the tools, their man pages and completions.
@Suite struct InstallTests {
  private let make =
    "make -s -C '\(Shell.checkout)' TOOLS=\"$TOOLS\" DESTDIR=\"$PWD/a root\" PREFIX=/usr"

  @Test func `install adds tools, man pages and completions, and uninstall removes only them`()
    throws
  {
    let shell = try Shell()
    let result = try shell.run(
      """
      mkdir -p 'a root/usr/bin'; echo kept > 'a root/usr/bin/other'; echo old > 'a root/usr/bin/wgan-step'
      (umask 077; \(make) install); cd 'a root/usr'
      for tool in bin/*; do
        tool=${tool#bin/}
        if [ $tool = other ]; then continue; fi
        context=$tool; echo $tool
        [ "$(bin/$tool --version)" = "$(cd /; "$TOOLS/$tool" --version)" ]
        page=share/man/man1/$tool.1
        for name in NAME SYNOPSIS OPTIONS EXAMPLES 'EXIT STATUS' 'SEE ALSO'; do
          context="$tool, $name"
          [ $(grep -cx ".SH $name" $page) = 1 ]
        done
        # The synopsis has all usage lines of --help, and no others.
        COLUMNS=1000 bin/$tool --help | sed -n '/^USAGE: /,/^$/{s/^USAGE: //; s/^ *//; s/[<>]//g; /./p}' > usage
        sed -n '/^.SH SYNOPSIS/,/^.SH DESCRIPTION/{/^[.]/!p}' $page | sed 's/\\\\f[BIR]//g; s/\\\\-/-/g' |
          cmp - usage
        [[ $tool != @(image|png)2tensor ]] || [ $(wc -l < usage) = 2 ]
        rm usage
        # The man page has a paragraph for each option of --help.
        [ $(bin/$tool --help | grep -c '^  -') = $(grep -c '^\\\\fB\\\\-' $page) ]
        bash -n share/bash-completion/completions/$tool
        [ "$(head -n 1 share/zsh/site-functions/_$tool)" = "#compdef $tool" ]
        has "complete -c '$tool'" share/fish/vendor_completions.d/$tool.fish
      done
      [ -z "$(find . -type f -not -perm -444)" ]
      cd ../..; \(make) uninstall; find 'a root' -not -type d
      """)
    let lines = result.text.split(separator: "\n").map(
      String.init)
    #expect(lines.dropLast().sorted() == (Multicall.tools + ["wgan"]).sorted(), "\(lines)")
    #expect(lines.last == "a root/usr/bin/other")
  }

  @Test func `install adds one executable and relative links to it`() throws {
    let shell = try Shell()
    let result = try shell.run(
      """
      \(make) install; mv 'a root' moved; cd moved/usr/bin
      [ "$(find . -type f)" = ./wgan ]
      for tool in *; do
        [ $tool = wgan ] || [ "$(readlink $tool)" = wgan ]
        [ "$(./$tool --version)" = "$(wgan --version)" ]
        echo $tool
      done
      """)
    let installed = result.text.split(separator: "\n")
    #expect(installed.map(String.init).sorted() == (Multicall.tools + ["wgan"]).sorted())
  }

  @Test func `an installation can train and retrain without a checkout`() throws {
    let shell = try Shell()
    try shell.write("images.idx", idx([110, 8, 8]))
    let result = try shell.run(
      """
      \(make) install; there="$PWD/a root/usr/share/wgan"
      data=$PWD/images.idx
      bare() { env -i PATH=/usr/bin:/bin DATA="$data" BATCH=20 EPOCHS=1 PRESET=mlp-gp "$@"; }
      bare make -s -C "$there" train OUT="$PWD/run"
      bare "$there/scripts/retrain" nights
      cmp run/images.tensor nights/current/images.tensor
      wgan-sample nights/current/checkpoint -n 1 > /dev/null
      mkdir elsewhere; ln -s "$there" share; cd elsewhere
      bare make -s -f ../share/Makefile TOOLS='../a root/usr/bin' train OUT=run; cmp run/checkpoint ../run/checkpoint
      bare make -f ../share/Makefile | grep -c '^make '
      ls '../a root/usr/share/doc/wgan/examples' | wc -l
      """)
    #expect(result.text == "5\n3\n", "\(result)")
  }

  @Test func `install without built tools is an error`() throws {
    let shell = try Shell()
    let result = try shell.run("mkdir empty; \(make) install TOOLS=\"$PWD/empty\"", status: 2)
    #expect(
      result.standardError.contains("/empty/wgan: no such file; run make first\n"), "\(result)")
  }

  @Test func `completions offer only files, values and options`() throws {
    let shell = try Shell()
    let result = try shell.run(
      """
      touch ckpt.bin
      \(make) install
      # Completion functions expect a shell without `set -e`.
      bash <<'END'
      . 'a root/usr/share/bash-completion/completions/wgan-step'
      complete_() {
        COMP_WORDS=(wgan-step "$@") COMP_CWORD=$# COMP_LINE="wgan-step $*" COMPREPLY=()
        COMP_POINT=${#COMP_LINE}
        _wgan-step wgan-step "${@: -1}" "${COMP_WORDS[-2]}"; echo ${COMPREPLY[*]}
      }
      complete_ ck; complete_ --only ''; complete_ --time; complete_ ckpt.bin --data ck; complete_ ckpt.bin h
      END
      """)
    #expect(
      result.text
        == "ckpt.bin\nboth critic generator\n--time-budget\nckpt.bin\n\n", "\(result)")
  }
}
