ansible [core 2.17.14]
  config file = None
  configured module search path = ['/tmp/exp/home/plugins/modules', '/usr/share/ansible/plugins/modules']
  ansible python module location = /work/main/.cache/core-2.17/lib/python3.12/site-packages/ansible
  ansible collection location = /work/trees/export/.venv/collections
  executable location = /work/main/.cache/core-2.17/bin/ansible
  python version = 3.12.1 (main, May  9 2026, 07:36:11) [GCC 12.2.0] (/work/main/.cache/core-2.17/bin/python3.12)
  jinja version = 3.1.6
  libyaml = True
