-- The dashboard's filters and mutes, for the views of dashboard_scope.sql.
set variable since = $since::timestamp;
set variable until = $until::timestamp;
set variable before = $before::timestamp;
set variable compared = $compared::timestamp;
set variable provider = $provider::varchar[];
set variable model = $model::varchar[];
set variable app = $app::varchar[];
set variable team = $team::varchar[];
set variable client = $client::varchar[];
set variable muted = $muted::varchar[];
