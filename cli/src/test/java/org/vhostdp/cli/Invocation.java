package org.vhostdp.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.System.Logger.Level;
import org.vhostdp.cli.log.StderrLoggers;

/**
 * The command run in this process.
 *
 * @param code its exit code
 * @param out its standard output
 * @param err its standard error
 */
record Invocation(int code, String out, String err) {
  static Invocation of(String... words) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    try {
      int code = Main.execute(new PrintWriter(out), new PrintWriter(err), words);
      return new Invocation(code, out.toString(), err.toString());
    } finally {
      StderrLoggers.threshold(Level.INFO);
    }
  }
}
