package org.vhostdp.guest.machine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vhostdp.guest.machine.Messages.Done;
import org.vhostdp.guest.machine.Messages.Ended;
import org.vhostdp.guest.machine.Messages.Message;
import org.vhostdp.guest.machine.Messages.Ready;

final class MessagesTest {
  private final Messages messages = new Messages("T");

  private void read(String text) {
    messages.follow(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  private Message next() throws InterruptedException {
    return messages.next(0);
  }

  @Test
  void linesWithoutTheTokenAreNoMessages() throws Exception {
    read("noise\nX READY 1\nT\nT READY 6.1\nT DONE 7 3 4\nab\nctail");
    assertEquals(new Ready("6.1"), next());
    assertEquals(new Done(7, 3, "ab\nc"), next());
    assertInstanceOf(Ended.class, next());
  }

  @Test
  void outputThatLooksLikeAMessageIsOutput() throws Exception {
    read("T DONE 1 0 10\nT READY x\nT READY y\n");
    assertEquals(new Done(1, 0, "T READY x\n"), next());
    assertEquals(new Ready("y"), next());
  }

  @Test
  void theEndStaysTheLastMessage() throws Exception {
    read("");
    assertInstanceOf(Ended.class, next());
    assertInstanceOf(Ended.class, next());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "T DONE 1 0 5\nabc",
        "T DONE 1 0 99999999999\n",
        "T DONE 1 0 -1\n",
        "T DONE 1 zero 5\nabcde",
        "T DONE 1\n",
      })
  void aBrokenMessageEndsTheChannelWithAReason(String text) throws Exception {
    read(text);
    Ended ended = assertInstanceOf(Ended.class, next());
    assertTrue(ended.why().contains("failed"), ended.why());
  }
}
