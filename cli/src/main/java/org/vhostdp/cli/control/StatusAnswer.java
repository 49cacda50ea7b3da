package org.vhostdp.cli.control;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The command {@code status}.
 *
 * @param status what it answers
 */
record StatusAnswer(Supplier<Map<String, Object>> status) implements ControlCommand {
  private static final Logger LOG = System.getLogger(StatusAnswer.class.getName());

  @Override
  public String name() {
    return "status";
  }

  @Override
  public Map<String, Object> answer(Map<String, Object> request) throws ControlRefused {
    try {
      return Map.of("status", status.get());
    } catch (RuntimeException e) {
      // A port may be closing while it is asked; the next question finds it gone.
      LOG.log(Level.DEBUG, "the status could not be read", e);
      throw new ControlRefused("The status cannot be read at the moment: " + e + ".", e);
    }
  }
}
