package org.vhostdp.cli.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vhostdp.attest.json.Json;
import org.vhostdp.dataplane.port.Refusal;
import org.vhostdp.dataplane.qos.QosSpec;

final class QosAnswerTest {
  /** One port, vd0, that takes what it is given. */
  private static final class OnePort implements QosAnswer.Limits {
    private QosSpec spec = QosSpec.NONE;

    @Override
    public QosSpec of(String port) throws Refusal {
      if (!port.equals("vd0")) {
        throw new Refusal("there is no port " + port);
      }
      return spec;
    }

    @Override
    public void change(String port, QosSpec next) {
      spec = next;
    }
  }

  private final OnePort port = new OnePort();
  private final QosAnswer answer = new QosAnswer(port);

  private Object ask(boolean add, String... lines) throws ControlRefused {
    Map<String, Object> reply =
        answer.answer(Map.of("port", "vd0", "lines", List.of(lines), "add", add));
    return Json.at(reply, "qos", "lines");
  }

  private static void assertRefused(
      String sentence, QosAnswer answer, Map<String, Object> request) {
    ControlRefused refused = assertThrows(ControlRefused.class, () -> answer.answer(request));
    assertTrue(refused.getMessage().contains(sentence), refused.getMessage());
  }

  @Test
  void linesAreSetAndAddedAndTakenAway() throws Exception {
    assertEquals(List.of("port weight=2"), ask(false, "port weight=2"));
    assertEquals(2, Json.array(ask(true, "tx rate=100mbit")).size());
    assertEquals(1, Json.array(ask(false, "rx rate=1mbit")).size());
    assertEquals(List.of(), ask(false));
    assertEquals(QosSpec.NONE, port.spec);
  }

  @Test
  void whatIsWrongChangesNothing() throws Exception {
    ask(false, "tx rate=100mbit");
    QosSpec before = port.spec;
    List<String> bad = List.of("tx rate=0");
    assertRefused("rate=0", answer, Map.of("port", "vd0", "lines", bad));
    assertRefused(
        "is the second one",
        answer,
        Map.of("port", "vd0", "lines", List.of("tx rate=5mbit"), "add", true));
    assertRefused("There is no port vd1.", answer, Map.of("port", "vd1", "lines", bad));
    assertRefused("no text \"port\"", answer, Map.of("lines", bad));
    assertRefused("no list of text \"lines\"", answer, Map.of("port", "vd0", "lines", List.of(7)));
    assertRefused("no list of text \"lines\"", answer, Map.of("port", "vd0"));
    assertEquals(before, port.spec);
  }
}
