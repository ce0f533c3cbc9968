"""SOGo: careless about preconditions, tokens of one second, delivers invitations into the other's calendar."""

import os
import socketserver
import threading

from dav import CalendarServer
from process import Processes, free_port, port_open, require, require_root

POSTGRES = "/usr/lib/postgresql/15/bin"


class MailSink(socketserver.StreamRequestHandler):
    """Takes every message over SMTP and keeps it in its server's list."""

    def _say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self._say("220 sink")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self._say("354 go on")
                message = b""
                while (part := self.rfile.readline()) and part != b".\r\n":
                    message += part
                self.server.messages.append(message.decode("utf-8", "replace"))
                self._say("250 kept")
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")


class Sogo(CalendarServer):
    workers_die = True  # SOGo 5.8's, of a memory fault

    def start(self):
        require_root("SOGo")
        require("/usr/sbin/sogod", "sogo")
        require("memcached", "memcached")
        require(f"{POSTGRES}/initdb", "postgresql-15")
        self.processes = Processes("sogo")
        self._start_sink()
        database = self._start_database()
        memcached = free_port()
        self.processes.start([require("memcached", "memcached"), "-u", "nobody", "-l", "127.0.0.1", "-p",
                              str(memcached), "-m", "32"])
        self._start_sogo(database, memcached)

    def _start_sink(self):
        self.sink = socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailSink)
        self.sink.daemon_threads = True
        self.sink.messages = []
        threading.Thread(target=self.sink.serve_forever, daemon=True).start()

    def _start_database(self):
        data = self.processes.make_folder("pg", "postgres", 0o700)
        self.processes.make_folder("sockets", "postgres")
        self.processes.run([f"{POSTGRES}/initdb", "-D", data, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8"],
                           "postgres")
        port = free_port()
        child = self.processes.start(
            [f"{POSTGRES}/postgres", "-D", data, "-c", "listen_addresses=127.0.0.1", "-c", f"port={port}", "-c",
             f"unix_socket_directories={self.processes.path('sockets')}", "-c", "fsync=off"], "postgres")
        query = ["psql", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres", "-v", "ON_ERROR_STOP=1"]
        self.processes.wait_until(
            lambda: port_open(port) and self._answers([*query, "-c", "select 1"]), "PostgreSQL", child)
        self.processes.run([*query, "-c", "create role sogo login superuser password 'sogo'"])
        self.processes.run([*query, "-c", "create database sogo owner sogo"])
        rows = ", ".join(f"('{user}','{user}',md5('{word}'),'{user.title()}','{user}@example.test')"
                         for user, word in self.users.items())
        self.processes.run([*query, "-d", "sogo", "-c",
                            "create table sogo_users(c_uid varchar(64) primary key, c_name varchar(64), "
                            "c_password varchar(64), c_cn varchar(64), mail varchar(64)); "
                            f"insert into sogo_users values {rows}; alter table sogo_users owner to sogo"])
        return f"postgresql://sogo:sogo@127.0.0.1:{port}/sogo"

    def _answers(self, command):
        try:
            self.processes.run(command)
            return True
        except Exception:  # not ready yet
            return False

    def _start_sogo(self, database, memcached):
        home = self.processes.make_folder("home", "sogo")
        for folder in ("/var/log/sogo", "/run/sogo", "/var/spool/sogo"):
            os.makedirs(folder, exist_ok=True)
        port = free_port()
        users = ("( { type = sql; id = directory; viewURL = \"%s/sogo_users\"; canAuthenticate = YES; "
                 "isAddressBook = YES; userPasswordAlgorithm = md5; displayName = \"Users\"; } )" % database)
        # Given as arguments, settings win over /etc/sogo/sogo.conf, which stays as it is.
        settings = {
            "SOGoProfileURL": f"{database}/sogo_user_profile", "OCSFolderInfoURL": f"{database}/sogo_folder_info",
            "OCSSessionsFolderURL": f"{database}/sogo_sessions_folder", "OCSStoreURL": f"{database}/sogo_store",
            "OCSAclURL": f"{database}/sogo_acl", "OCSCacheFolderURL": f"{database}/sogo_cache_folder",
            "OCSEMailAlarmsFolderURL": f"{database}/sogo_alarms_folder", "SOGoUserSources": users,
            "SOGoTimeZone": "Europe/Berlin", "SOGoLanguage": "English", "SOGoMailDomain": "example.test",
            "SOGoAppointmentSendEMailNotifications": "YES", "SOGoMailingMechanism": "smtp",
            "SOGoSMTPServer": f"smtp://127.0.0.1:{self.sink.server_address[1]}", "SOGoIMAPServer": "imap://127.0.0.1:1",
            "SOGoMemcachedHost": f"127.0.0.1:{memcached}", "SOGoCalendarDefaultRoles": "()",
            "SOGoMaximumFailedLoginCount": "0", "WONoDetach": "YES", "WOPort": f"127.0.0.1:{port}",
            "WOWorkersCount": "3", "WOLogFile": f"{home}/sogo.log", "WOPidFile": f"{home}/sogo.pid",
        }
        command = ["/usr/sbin/sogod"]
        for name, value in settings.items():
            command += [f"-{name}", value]
        child = self.processes.start(command, "sogo", {"HOME": home, "USER": "sogo", "LOGNAME": "sogo"},
                                     stubborn=True)  # its watchdog
        self.url = f"http://127.0.0.1:{port}/SOGo/dav/"
        self.processes.wait_until(lambda: self._serves(), "SOGo", child)

    def _serves(self):
        """A first access makes an account's personal calendar."""
        return all(self.request("PROPFIND", self.calendar_url(user, "personal"), headers={"Depth": "0"},
                                user=user)[0] == 207 for user in self.users)

    def stop(self):
        if hasattr(self, "processes"):
            self.processes.stop()
        if hasattr(self, "sink"):
            self.sink.shutdown()
            self.sink.server_close()

    def calendar_url(self, user, name):
        return f"{self.url}{user}/Calendar/{name}/"

    def inbox_messages(self, user):
        """Invitations arrive as events of the personal calendar."""
        return sorted(self.list(self.calendar_url(user, "personal"), user))

    def sent_mail(self):
        return list(self.sink.messages)
