package org.vhostdp.cli.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vhostdp.cli.config.Section.Kind;

final class OptionSourceTest {
  private final Mistakes mistakes = new Mistakes();

  @Test
  void aDoubleCommaIsACommaOfTheValue() {
    assertEquals(List.of("a", "b=1,2", "c"), OptionSource.words("a,b=1,,2,c"));
    assertEquals(List.of("a", ""), OptionSource.words("a,"));
    assertEquals(List.of("a,", "b"), OptionSource.words("a,,,b"));
  }

  @Test
  void theSlidesOwnOptionsAreSections() {
    Section object = OptionSource.object("vhost-dp-tap,id=tap-driver0", mistakes);
    Section netdev = OptionSource.netdev("vhost-dp,id=vd0,driver=tap-driver0", mistakes);
    assertEquals(Kind.DRIVER, object.kind());
    assertEquals("tap-driver0", object.name());
    assertEquals("tap", object.values().get("type").raw());
    assertEquals("vd0", netdev.name());
    assertEquals("tap-driver0", netdev.values().get("driver").raw());
    assertEquals(List.of(), mistakes.sentences());
  }

  @Test
  void aValueMayHoldEqualsSigns() {
    Section object = OptionSource.object("vhost-dp-x,id=a,key=b=c", mistakes);
    assertEquals("b=c", object.values().get("key").raw());
  }

  @Test
  void otherObjectsAreNotOurs() {
    assertNull(OptionSource.object("memory-backend-memfd,id=m", mistakes));
    assertNull(OptionSource.object("vhost-dp-,id=m", mistakes));
    assertNull(OptionSource.netdev("user,id=n", mistakes));
    assertEquals(3, mistakes.sentences().size());
    assertEquals(
        "-object memory-backend-memfd,id=m: \"memory-backend-memfd\" is no driver object: write"
            + " vhost-dp-TYPE,id=NAME, such as vhost-dp-tap,id=tap0.",
        mistakes.sentences().getFirst());
  }

  @Test
  void anObjectWithoutANameIsRefused() {
    assertNull(OptionSource.object("vhost-dp-tap,ifname=x", mistakes));
    assertEquals(
        List.of("-object vhost-dp-tap,ifname=x: The key \"id\" is missing: it names the object."),
        mistakes.sentences());
  }

  @Test
  void wordsWithoutAValueAndDoubleKeysAreNamed() {
    OptionSource.netdev("vhost-dp,id=n,queues,mtu=1,mtu=2,=3", mistakes);
    OptionSource.object("vhost-dp-tap,id=t,type=other", mistakes);
    assertEquals(
        List.of(
            "\"queues\" is not of the form key=value.",
            "The key \"mtu\" is given twice.",
            "\"=3\" is not of the form key=value.",
            "The key \"type\" is given twice."),
        mistakes.sentences().stream().map(s -> s.substring(s.indexOf(": ") + 2)).toList());
  }
}
